import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { RedisUnavailableError } from '../../../src/connection/connection.errors.js';
import { LockLostError } from '../../../src/lock/lock.errors.js';
import { startRedis } from '../../../src/testing/start-redis.js';
import { startTcpProxy, type TcpProxy } from '../../../src/testing/tcp-proxy.js';
import type { TestRedis } from '../../../src/testing/test-redis.js';
import { FailingGateway } from '../../support/failing-gateway.js';
import { countStations, openLocks, type OpenLocks } from '../../support/locks.js';
import { until } from '../../support/until.js';

/** Tries again, at once, for as long as the server is away. */
async function insist<T>(work: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof RedisUnavailableError)) throw error;
      await new Promise(setImmediate);
    }
  }
}

describe('locks when something fails', () => {
  const namespace = randomUUID();
  let redis: TestRedis;
  let proxy: TcpProxy;
  /** Reaches the server directly. */
  let near: OpenLocks;
  /** Reaches the server through the proxy. */
  let far: OpenLocks;

  beforeAll(async () => {
    redis = await startRedis();
    proxy = await startTcpProxy({ target: redis.url });
    near = await openLocks(redis.url, { namespace, restartGuard: '1s' });
    far = await openLocks(proxy.url, { namespace, commandTimeout: 300, restartGuard: '1s' });
    await (await near.locks.acquire('near')).release();
    await (await far.locks.acquire('far')).release();
  });
  afterEach(async () => {
    proxy.resume();
    // Both reach the server again, and hear from it.
    await until(() =>
      hearing().then(
        (stations) => stations === 2,
        () => false,
      ),
    );
    await until(() =>
      far.gateway.send(['PING']).then(
        () => true,
        () => false,
      ),
    );
  });
  afterAll(async () => {
    await near?.close();
    await far?.close();
    await proxy?.stop();
    await redis?.stop();
  });

  const hearing = () => countStations(near, namespace);
  const waitingFor = (resource: string, waiting: number) =>
    until(async () => (await near.locks.inspect(resource))?.waiting === waiting);

  it('tell a holder who cannot reach the server before anybody else can have the lock', async () => {
    const lock = await far.locks.acquire('partition', { ttl: 600 });
    const next = near.locks.acquire('partition');
    let isTaken = false;
    void next.then(() => (isTaken = true));
    const wasTaken = new Promise<boolean>((resolve) => {
      lock.signal.addEventListener('abort', () => resolve(isTaken));
    });
    proxy.freeze();
    expect(await wasTaken).toBe(false);
    expect(lock.signal.reason).toMatchObject({ reason: 'expired' });
    await (await next).release();
  });

  it('know at once, after the event loop was blocked, that a lease has ended', async () => {
    const lock = await near.locks.acquire('blocked', { ttl: 50 });
    const until = performance.now() + 60;
    while (performance.now() < until);
    expect(() => lock.assertHeld()).toThrow(LockLostError);
    expect(lock.signal.aborted).toBe(true);
    expect(await lock.release()).toBe(false);
  });

  // Seen to fail: it was told as taken by somebody, since nobody had looked at the clock before.
  it('are told as expired when they are given back at once after the event loop was blocked', async () => {
    const reasons: string[] = [];
    const stop = near.events.on('lock:lost', ({ reason }) => reasons.push(reason));
    const lock = await near.locks.acquire('blocked', { ttl: 50 });
    const until = performance.now() + 60;
    while (performance.now() < until);
    expect(await lock.release()).toBe(false);
    stop();
    expect(reasons).toEqual(['expired']);
  });

  it('fail within the time limit when the server is away, and lock nothing', async () => {
    const lock = await far.locks.acquire('away');
    proxy.drop({ refuseNew: true });
    await expect(far.locks.acquire('other')).rejects.toThrow(RedisUnavailableError);
    await expect(far.locks.tryAcquire('other')).rejects.toThrow(RedisUnavailableError);
    const work = far.locks.withLock('other', () => 'done');
    await expect(work).rejects.toThrow(RedisUnavailableError);
    await expect(lock.extend()).rejects.toThrow(RedisUnavailableError);
    lock.assertHeld();
    await expect(lock.release()).rejects.toThrow(RedisUnavailableError);
  });

  it('return the result of work whose lock could not be given back, and say so by an event', async () => {
    const failed: Error[] = [];
    const stop = far.events.on('lock:release-failed', ({ error }) => failed.push(error));
    const work = () => {
      proxy.drop({ refuseNew: true });
      return 'done';
    };
    expect(await far.locks.withLock('result', work)).toBe('done');
    stop();
    expect(failed).toEqual([expect.any(RedisUnavailableError)]);
  });

  // Seen to fail without what is owed being given back: then the lock stays until its lease ends, in an hour.
  it.each<[string, () => Promise<unknown>]>([
    [
      'a lock whose release found no server',
      async () => {
        const lock = await far.locks.acquire('owed', { ttl: '1h' });
        proxy.drop({ refuseNew: true });
        await lock.release();
      },
    ],
    [
      'a lock whose grant nobody heard of',
      () => {
        const granted = far.locks.acquire('owed', { ttl: '1h' });
        // The command is on its way, and its answer stays there.
        setImmediate(() => proxy.freeze());
        return granted.then((lock) => lock.release());
      },
    ],
  ])('give back %s, once there is one again', async (_, act) => {
    await act().catch(() => undefined);
    proxy.resume();
    await until(async () => (await near.locks.inspect('owed')) === null);
  });

  // As with one lost master of a cluster: no word ever comes that the server answers again.
  it.each<[string, number]>([
    ['its release', 1],
    ['its release and some tries after it', 4],
  ])('give back a lock by trying again, when %s failed and the connection stood', async (_, count) => {
    const failing = new FailingGateway();
    const between = failing.wrap.bind(failing);
    const shaky = await openLocks(redis.url, { namespace, between });
    const states: string[] = [];
    shaky.events.on('connection:availability', ({ state }) => states.push(state));
    const lock = await shaky.locks.acquire('shaky', { ttl: '1h' });
    const next = near.locks.acquire('shaky', { wait: '1m' });
    await waitingFor('shaky', 1);
    failing.fail(1, 'before', count);
    await expect(lock.release()).rejects.toThrow(RedisUnavailableError);
    await (await next).release();
    expect(failing.calls).toBe(count + 1);
    expect(states).toEqual([]);
    await shaky.close();
  });

  it('do not lose a waiter whose connections break', async () => {
    const lock = await near.locks.acquire('waiter', { ttl: '1h' });
    const waiting = far.locks.acquire('waiter', { wait: '1m' });
    await waitingFor('waiter', 1);
    // What is answered after it shows that its own answer has arrived.
    await far.gateway.send(['PING']);
    proxy.drop();
    await lock.release();
    await (await waiting).release();
  });

  it('end a wait with the reason when the server stays away', async () => {
    await using _ = await near.locks.acquire('wait-away');
    const waiting = expect(far.locks.acquire('wait-away', { wait: 400 })).rejects.toThrow(
      RedisUnavailableError,
    );
    await waitingFor('wait-away', 1);
    await far.gateway.send(['PING']);
    proxy.drop({ refuseNew: true });
    await waiting;
  });

  it('give back what the server granted to somebody who no longer listens', async () => {
    const lock = await near.locks.acquire('late');
    const abort = new AbortController();
    const waiting = expect(far.locks.acquire('late', { signal: abort.signal })).rejects.toBe(
      'changed my mind',
    );
    await waitingFor('late', 1);
    await far.gateway.send(['PING']);
    proxy.freeze();
    abort.abort('changed my mind');
    await waiting;
    await lock.release();
    expect(await near.locks.inspect('late')).not.toBeNull();
    proxy.resume();
    await until(async () => (await near.locks.inspect('late')) === null);
  });

  it('hand out no lease that has ended on its way', async () => {
    proxy.delay(80);
    await expect(far.locks.tryAcquire('slow', { ttl: 60 })).rejects.toThrow(RedisUnavailableError);
    proxy.resume();
    await until(async () => (await near.locks.inspect('slow')) === null);
  });

  it('are lost when their lease has ended, and answer so although the server is away', async () => {
    const lock = await far.locks.acquire('ended', { ttl: 200 });
    proxy.freeze();
    await until(() => lock.signal.aborted);
    expect(await lock.release()).toBe(false);
    proxy.resume();
  });

  it('survive a server that comes back empty: who held a lock holds it, and nobody else gets it', async () => {
    const ttl = 1_000;
    const lock = await far.locks.acquire('restart', { ttl });
    await redis.restart();
    const other = insist(() => near.locks.acquire('restart', { ttl, wait: '1m' }));
    await until(async () => (await near.locks.inspect('restart').catch(() => null)) !== null);
    lock.assertHeld();
    expect((await near.locks.inspect('restart'))?.fence).toBe(lock.fence);
    await waitingFor('restart', 1);
    expect(await lock.release()).toBe(true);
    const next = await other;
    expect(next.fence).toBeGreaterThan(lock.fence);
    await next.release();
  });
});
