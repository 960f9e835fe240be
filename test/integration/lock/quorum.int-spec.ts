import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Test, type TestingModule } from '@nestjs/testing';
import { Redis } from 'ioredis';
import type { Duration } from '../../../src/common/duration.js';
import { InvalidOptionsError } from '../../../src/common/errors.js';
import { RedisUnavailableError } from '../../../src/connection/connection.errors.js';
import { LockBusyError, LockLostError, LockTimeoutError } from '../../../src/lock/lock.errors.js';
import { LockService } from '../../../src/lock/lock.service.js';
import type { QuorumLocks } from '../../../src/lock/quorum/quorum-locks.js';
import { RedisModule } from '../../../src/redis.module.js';
import { startRedis } from '../../../src/testing/start-redis.js';
import type { TestRedis } from '../../../src/testing/test-redis.js';
import { startRest, type RestServers } from '../../support/rest.js';
import { until } from '../../support/until.js';

describe.each([2, 3, 4, 5])('a quorum of %d servers', (count) => {
  /** Counts the servers that may be lost. */
  const minority = Math.ceil(count / 2) - 1;
  const names = Array.from({ length: count }, (_, i) => `lock-${i}`);
  const namespace = randomUUID();
  let servers: TestRedis[];
  let apps: TestingModule[];
  let here: QuorumLocks;
  let there: QuorumLocks;
  let resource: string;

  async function open(): Promise<TestingModule> {
    const [first] = servers;
    const nodes = Object.fromEntries(servers.map(({ url }, i) => [names[i]!, url]));
    const app = await Test.createTestingModule({
      imports: [
        RedisModule.forRoot({
          namespace,
          connections: { cache: first!.url, state: first!.url, ...nodes },
          connectionDefaults: { commandTimeout: 500 },
          lock: { restartGuard: '2s' },
        }),
      ],
    }).compile();
    return app.init();
  }

  const each = (from: number, to: number, what: (server: TestRedis) => Promise<unknown>) =>
    Promise.all(servers.slice(from, to).map(what));
  async function ask(server: TestRedis, ...[command, ...args]: [string, ...string[]]): Promise<unknown> {
    const client = new Redis(server.url);
    try {
      return await client.call(command, ...args);
    } finally {
      client.disconnect();
    }
  }
  const key = (part: string) => `${namespace}:lock:{${resource}}:${part}`;

  beforeAll(async () => {
    servers = await Promise.all(names.map(() => startRedis()));
    apps = await Promise.all([open(), open()]);
    [here, there] = apps.map((app) => app.get(LockService).quorum(names)) as [QuorumLocks, QuorumLocks];
  }, 60_000);
  beforeEach(() => {
    resource = randomUUID();
  });
  afterEach(async () => {
    await each(0, count, (server) => server.resume());
    const alive = (quorum: QuorumLocks) =>
      quorum.withLock(randomUUID(), () => true, { wait: false }).catch(() => false);
    await until(() => alive(here));
    await until(() => alive(there));
  });
  afterAll(async () => {
    await Promise.all((apps ?? []).map((app) => app.close()));
    await Promise.all((servers ?? []).map((server) => server.stop()));
  });

  it('lets one holder in at a time, with a fence that grows', async () => {
    let last = 0n;
    for (const [mine, other] of [
      [here, there],
      [there, here],
      [here, there],
    ] as const) {
      const lock = await mine.acquire(resource);
      expect(lock.fence).toBeGreaterThan(last);
      last = lock.fence;
      expect(await other.tryAcquire(resource)).toBeNull();
      await expect(other.acquire(resource, { wait: false })).rejects.toThrow(LockBusyError);
      await expect(other.acquire(resource, { wait: 30 })).rejects.toThrow(LockTimeoutError);
      lock.assertHeld();
      expect(await lock.release()).toBe(true);
    }
  });

  it('settles when many want it at once, however they split the servers', async () => {
    let inside = 0;
    const work = async () => {
      expect(++inside).toBe(1);
      await new Promise(setImmediate);
      inside--;
    };
    const all = Array.from({ length: 8 }, (_, i) =>
      (i % 2 === 0 ? here : there).withLock(resource, work, { wait: '1m' }),
    );
    await Promise.all(all);
    const tries = await Promise.all([here.tryAcquire(resource), there.tryAcquire(resource)]);
    expect(tries.filter((lock) => lock !== null).length).toBeLessThanOrEqual(1);
    for (const lock of tries) await lock?.release();
  });

  it('prolongs its leases, and tells a holder whose lock was deleted before anybody else has it', async () => {
    const lock = await here.acquire(resource, { ttl: 400 });
    const { expiresAt } = lock;
    await until(() => lock.expiresAt > expiresAt + 600);
    await each(0, count, (server) => ask(server, 'DEL', key('lease')));
    await using next = await there.acquire(resource);
    expect(() => lock.assertHeld()).toThrow(LockLostError);
    expect(lock.signal.aborted).toBe(true);
    expect(next.fence).toBeGreaterThan(lock.fence);
    expect(await lock.release()).toBe(false);
    next.assertHeld();
  });

  it('mints fences above those of a server whose clock is ahead, also when that one is lost', async () => {
    const ahead = 8_000_000_000_000_000n;
    await ask(servers[0]!, 'SET', key('fence'), String(ahead));
    const lock = await here.acquire(resource);
    // It is one of the majority or not, as the answers come in.
    const isCounted = lock.fence > ahead;
    await lock.release();
    await servers[0]!.freeze();
    if (minority === 0) {
      await expect(there.tryAcquire(resource)).rejects.toThrow(RedisUnavailableError);
      return;
    }
    const next = await there.acquire(resource);
    expect(next.fence).toBeGreaterThan(lock.fence);
    expect(next.fence > ahead).toBe(isCounted);
    await next.release();
  });

  it('is as good as ever without a minority, frozen or away', async () => {
    const lock = await here.acquire(resource);
    await each(0, minority, (server) => server.freeze());
    expect(await there.tryAcquire(resource)).toBeNull();
    await lock.extend();
    expect(await lock.release()).toBe(true);
    const next = await there.acquire(resource, { wait: '1m' });
    expect(next.fence).toBeGreaterThan(lock.fence);
    await next.release();
  });

  it('ends within its time limit without a majority, and tells the holder before the lease ends', async () => {
    const lock = await here.acquire(resource, { ttl: 1_000 });
    const aborted = new Promise((resolve) => lock.signal.addEventListener('abort', resolve));
    await each(0, minority + 1, (server) => server.freeze());
    await expect(there.acquire(randomUUID(), { wait: '1h' })).rejects.toThrow(RedisUnavailableError);
    await expect(there.tryAcquire(randomUUID())).rejects.toThrow(RedisUnavailableError);
    await aborted;
    expect(Date.now()).toBeLessThanOrEqual(lock.expiresAt + 1_000);
    expect(() => lock.assertHeld()).toThrow(LockLostError);
  });

  it('is not fooled by a minority that is killed and comes back empty', async () => {
    const lock = await here.acquire(resource, { ttl: 1_000 });
    await each(0, minority, (server) => server.restart());
    const taken = await there.tryAcquire(resource).catch((error: unknown) => error);
    expect(taken === null || taken instanceof RedisUnavailableError).toBe(true);
    lock.assertHeld();
    const { expiresAt } = lock;
    await until(() => lock.expiresAt > expiresAt);
    expect(await lock.release()).toBe(true);
  });

  /** Has many want locks, over and over, while servers are killed; answers what they were refused with. */
  async function crowd(killed: number, wait: Duration): Promise<unknown[]> {
    const refusals: unknown[] = [];
    let inside = 0;
    const one = async (_: unknown, i: number) => {
      for (let round = 0; round < 6; round++) {
        const quorum = i % 2 === 0 ? here : there;
        const work = async () => {
          expect(++inside).toBe(1);
          await new Promise(setImmediate);
          inside--;
        };
        await quorum.withLock(resource, work, { wait }).catch((error: unknown) => refusals.push(error));
      }
    };
    const all = Promise.all(Array.from({ length: 6 }, one));
    await each(0, killed, (server) => server.kill());
    await all;
    return refusals;
  }

  it('settles every call when a minority is killed, and goes on without it', async () => {
    for (const refusal of await crowd(minority, '5s'))
      expect([LockTimeoutError, RedisUnavailableError].some((type) => refusal instanceof type)).toBe(true);
    const lock = await here.acquire(resource, { wait: '1m' });
    expect(await there.tryAcquire(resource)).toBeNull();
    await lock.extend();
    expect(await lock.release()).toBe(true);
    await each(0, minority, (server) => server.restart());
  }, 60_000);

  it('settles every call when a majority is killed, tells the holder in time, and works when it is back', async () => {
    const held = await here.acquire(randomUUID(), { ttl: 1_000 });
    const told = new Promise((resolve) => held.signal.addEventListener('abort', resolve));
    const refusals = await crowd(minority + 1, '100ms');
    expect(refusals.length).toBeGreaterThan(0);
    for (const refusal of refusals)
      expect([LockTimeoutError, RedisUnavailableError].some((type) => refusal instanceof type)).toBe(true);
    await told;
    expect(() => held.assertHeld()).toThrow(LockLostError);
    await each(0, minority + 1, (server) => server.restart());
    const isBack = () => here.withLock(resource, () => true, { wait: false }).catch(() => false);
    await until(isBack, 20_000);
  }, 60_000);

  it('gives back what it holds when the application shuts down', async () => {
    const app = await open();
    const leaving = app.get(LockService).quorum(names);
    const lock = await leaving.acquire(resource);
    const waiting = expect(leaving.acquire(resource, { wait: '1m' })).rejects.toThrow(RedisUnavailableError);
    await app.close();
    await waiting;
    expect(lock.signal.reason).toMatchObject({ reason: 'shutdown' });
    await using next = await here.acquire(resource, { wait: false });
    next.assertHeld();
  });

  it('refuses a thread for blocked loops, which knows one server', async () => {
    const kept = here.acquire(resource, { renewInWorker: { max: '1m' } });
    await expect(kept).rejects.toThrow(/one server over TCP/);
  });

  it('refuses connections that are not there, or not several', () => {
    const locks = apps[0]!.get(LockService);
    expect(() => locks.quorum(['lock-0', 'typo'])).toThrow(InvalidOptionsError);
    expect(() => locks.quorum(['lock-0', 'lock-0'])).toThrow(/another name/);
    expect(() => locks.quorum(['lock-0'])).toThrow(/two connections at least/);
    expect(() => locks.quorum('lock-0' as never)).toThrow(/must be a list of names of connections/);
  });
});

describe('a quorum of servers over REST and TCP', () => {
  const namespace = randomUUID();
  let rest: RestServers[];
  let tcp: TestRedis;
  let app: TestingModule;

  beforeAll(async () => {
    rest = await Promise.all([startRest(), startRest()]);
    tcp = await startRedis();
    const [a, b] = rest.map(({ target }) => ({ rest: target.rest }));
    const connections = { cache: tcp.url, state: tcp.url, a: a!, b: b!, c: tcp.url };
    const module = RedisModule.forRoot({
      namespace,
      connections,
      connectionDefaults: { commandTimeout: 500 },
    });
    app = await Test.createTestingModule({ imports: [module] }).compile();
    await app.init();
  }, 60_000);
  afterAll(async () => {
    await app?.close();
    await Promise.all((rest ?? []).map((servers) => servers.stop()));
    await tcp?.stop();
  });

  it('works as over TCP alone, also without a minority', async () => {
    const quorum = app.get(LockService).quorum(['a', 'b', 'c']);
    const lock = await quorum.acquire('thing', { ttl: 600 });
    expect(await quorum.tryAcquire('thing')).toBeNull();
    const { expiresAt } = lock;
    await until(() => lock.expiresAt > expiresAt);
    expect(await lock.release()).toBe(true);
    await rest[0]!.redis.freeze();
    const next = await quorum.acquire('thing', { wait: '1m' });
    expect(next.fence).toBeGreaterThan(lock.fence);
    expect(await next.release()).toBe(true);
    await rest[0]!.redis.resume();
  });
});
