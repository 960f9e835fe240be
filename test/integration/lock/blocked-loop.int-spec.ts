import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { InvalidOptionsError } from '../../../src/common/errors.js';
import { LockLostError, LockWorkerError } from '../../../src/lock/lock.errors.js';
import { startRedis } from '../../../src/testing/start-redis.js';
import type { TestRedis } from '../../../src/testing/test-redis.js';
import { block } from '../../support/block.js';
import { LockWorker } from '../../support/lock-workers.js';
import { openLocks, type OpenLocks } from '../../support/locks.js';
import { startRest } from '../../support/rest.js';
import { runProgram } from '../../support/run-program.js';
import { until } from '../../support/until.js';

describe('locks of a process whose event loop is blocked', () => {
  const namespace = randomUUID();
  let redis: TestRedis;
  let here: OpenLocks;
  let other: LockWorker;

  beforeAll(async () => {
    redis = await startRedis();
    here = await openLocks(redis.url, { namespace });
    other = await LockWorker.start(redis.url, namespace);
  }, 60_000);
  afterAll(async () => {
    await other?.stop();
    await here?.close();
    await redis?.stop();
  });

  const waitedFor = (resource: string) =>
    until(async () => (await here.locks.inspect(resource))?.waiting === 1);

  it('are kept by a thread: nobody else gets them', async () => {
    const lock = await here.locks.acquire('kept', { ttl: 800, renewInWorker: { max: '1m' } });
    other.tell({ do: 'acquire', resource: 'kept', ttl: 10_000 });
    await waitedFor('kept');
    block(2_400);
    lock.assertHeld();
    expect(lock.expiresAt).toBeGreaterThan(Date.now());
    expect((await here.locks.inspect('kept'))?.fence).toBe(lock.fence);
    await lock.extend();
    expect(lock.signal.aborted).toBe(false);
    expect(await lock.release()).toBe(true);
    expect(BigInt((await other.heard('fence')).fence)).toBeGreaterThan(lock.fence);
  });

  it('are kept by a thread that is only starting when the loop is blocked', async () => {
    const opened = await openLocks(redis.url, { namespace });
    await using lock = await opened.locks.acquire('at once', { ttl: 1_200, renewInWorker: { max: '1m' } });
    block(2_400);
    lock.assertHeld();
    await lock.release();
    await opened.close();
  });

  it('are kept by a thread when they were waited for, and so begin with a short lease', async () => {
    const first = await here.locks.acquire('handed over', { ttl: '1h' });
    const next = here.locks.acquire('handed over', { ttl: 2_000, renewInWorker: { max: '1m' } });
    await waitedFor('handed over');
    await first.release();
    await using lock = await next;
    block(1_500);
    lock.assertHeld();
  });

  it('are lost when the most is over, which the holder knows as soon as it runs again', async () => {
    const lock = await here.locks.acquire('over', { ttl: 300, renewInWorker: { max: 600 } });
    let aborted = false;
    lock.signal.addEventListener('abort', () => (aborted = true));
    other.tell({ do: 'acquire', resource: 'over', ttl: 10_000 });
    await waitedFor('over');
    block(1_500);
    expect(() => lock.assertHeld()).toThrow(LockLostError);
    expect(aborted).toBe(true);
    // Whoever has it now has the larger fence, so that nothing written late is accepted.
    expect(BigInt((await other.heard('fence')).fence)).toBeGreaterThan(lock.fence);
    expect(await lock.release()).toBe(false);
  });

  it('end with atMostFor all the same', async () => {
    const options = { ttl: 300, atMostFor: 700, renewInWorker: { max: '1m' } } as const;
    const lock = await here.locks.acquire('at most', options);
    block(1_000);
    expect(() => lock.assertHeld()).toThrow(/atMostFor/);
    expect(await here.locks.inspect('at most')).toBeNull();
  });

  it('are told that they are gone', async () => {
    const lock = await here.locks.acquire('gone', { ttl: 900, renewInWorker: { max: '1m' } });
    // The answer would arrive when the loop runs again, the deletion happens before.
    void here.gateway.send(['DEL', here.keysOf('gone').lease]);
    await new Promise(setImmediate);
    block(800);
    expect(() => lock.assertHeld()).toThrow(/does not know it any more/);
  });

  it('keep permits, too, and take a new ttl', async () => {
    await using permit = await here.locks
      .semaphore('permits', 2)
      .acquire({ ttl: 600, renewInWorker: { max: '1m' } });
    block(1_500);
    permit.assertHeld();
    await permit.extend(800);
    block(2_000);
    permit.assertHeld();
    expect(await here.locks.semaphore('permits', 2).inspect()).toHaveLength(1);
  });

  it('are not touched by the thread once they are released', async () => {
    const lock = await here.locks.acquire('released', { ttl: 300, renewInWorker: { max: '1m' } });
    await lock.release();
    await redis.restart();
    await until(() =>
      here.locks.inspect('released').then(
        () => true,
        () => false,
      ),
    );
    block(500);
    expect(await here.locks.inspect('released')).toBeNull();
  });

  it('are prolonged as ever when the thread cannot reach the server, of which an event tells', async () => {
    const failures: Error[] = [];
    const opened = await openLocks(redis.url, { namespace });
    const elsewhere = {
      address: { host: '127.0.0.1', port: 1 },
      tls: null,
      username: null,
      password: null,
      db: 0,
    };
    Object.assign(opened.gateway, { endpoint: () => elsewhere });
    opened.events.on('lock:worker-failed', ({ error }) => failures.push(error));
    await using lock = await opened.locks.acquire('deaf thread', { ttl: 200, renewInWorker: { max: '1m' } });
    await until(() => failures.length > 0);
    expect(failures[0]).toBeInstanceOf(LockWorkerError);
    const { expiresAt } = lock;
    await until(() => lock.expiresAt > expiresAt);
    await lock.release();
    await opened.close();
  });

  it('need one server over TCP', async () => {
    const rest = await startRest();
    const { locks, close } = await openLocks(rest.target, { namespace });
    await expect(locks.acquire('rest', { renewInWorker: { max: '1m' } })).rejects.toThrow(
      InvalidOptionsError,
    );
    await close();
    await rest.stop();
  });

  it.each([{ max: '1s', more: 1 }, {}, 5, { max: '20s' }, { max: '2d' }, null])(
    'refuse %j as renewInWorker',
    async (renewInWorker) => {
      await expect(here.locks.acquire('bad', { renewInWorker } as object)).rejects.toThrow(
        InvalidOptionsError,
      );
    },
  );
});

describe('the thread that keeps locks', () => {
  let redis: TestRedis;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis?.stop());

  const program = (body: string) => `
    import { openLocks } from './test/support/locks.ts';
    const { locks, events, gateway, close } = await openLocks('${redis.url}', { namespace: '${randomUUID()}' });
    const options = { ttl: 1_000, renewInWorker: { max: '1m' } };
    const started = [];
    process.on('worker', (worker) => started.push(worker));
    ${body}`;

  it('is one for the whole process, and ends with the last application', async () => {
    const { code, stdout, stderr } = await runProgram(
      program(`
        const second = await openLocks('${redis.url}', { namespace: 'other' });
        await locks.acquire('a', options);
        await locks.acquire('b', options);
        await second.locks.acquire('a', options);
        await new Promise((resolve) => setTimeout(resolve, 50));
        await close();
        await second.locks.acquire('c', options);
        await second.close();
        await new Promise((resolve) => setTimeout(resolve, 50));
        console.log(started.length);
      `),
    );
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: '1\n', stderr: '' });
  });

  it('keeps no process alive', async () => {
    const { code, stdout, stderr } = await runProgram(
      program(`
        await locks.acquire('a', options);
        await gateway.close(500);
        console.log(started.length);
      `),
    );
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: '1\n', stderr: '' });
  });

  it('is replaced when it crashes, and an event says so', async () => {
    const { code, stdout, stderr } = await runProgram(
      program(`
        const lock = await locks.acquire('a', options);
        events.on('lock:worker-failed', ({ error }) => console.log(error.name));
        await new Promise((resolve) => setTimeout(resolve, 50));
        await started[0].terminate();
        const { expiresAt } = lock;
        while (lock.expiresAt === expiresAt) await new Promise((resolve) => setTimeout(resolve, 5));
        const next = await locks.acquire('b', options);
        const endMs = performance.now() + 2_000;
        while (performance.now() < endMs);
        next.assertHeld();
        await close();
        console.log(started.length);
      `),
    );
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: 'LockWorkerError\n2\n', stderr: '' });
  });
});
