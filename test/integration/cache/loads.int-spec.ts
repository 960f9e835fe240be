import { randomUUID } from 'node:crypto';
import { NotFoundException } from '@nestjs/common';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { SYSTEM_CLOCK, type Clock } from '../../../src/common/clock.js';
import { RedisSuiteError } from '../../../src/common/errors.js';
import type { RedisGateway } from '../../../src/connection/redis-gateway.js';
import { LockBusyError } from '../../../src/lock/lock.errors.js';
import { startRedis } from '../../../src/testing/start-redis.js';
import type { TestRedis } from '../../../src/testing/test-redis.js';
import { openCache, type OpenCache, type OpenCacheOptions } from '../../support/cache.js';
import { runProgram } from '../../support/run-program.js';
import { until } from '../../support/until.js';

/** Runs fifty times as fast as the machine's. */
const QUICK_CLOCK: Clock = {
  now: () => SYSTEM_CLOCK.now(),
  monotonic: () => SYSTEM_CLOCK.monotonic() * 50,
  after: (delayMs, wake) => SYSTEM_CLOCK.after(delayMs / 50, wake),
};

/** Loads anew what is old until it is killed, so that nobody gives its claim up. */
const REFRESHER = (url: string, namespace: string) => `
  import { openCache } from './test/support/cache.ts';
  const { cache } = await openCache(${JSON.stringify(url)}, { namespace: ${JSON.stringify(namespace)} });
  const options = { swr: '1h' };
  await cache.set('k', 'old', { ...options, ttl: 1 });
  while (await cache.has('k'));
  await cache.getOrSet('k', () => process.kill(process.pid, 'SIGKILL'), options);
  setTimeout(() => undefined, 60_000);
`;

describe('loads', () => {
  let redis: TestRedis;
  const opened: OpenCache[] = [];
  beforeAll(async () => (redis = await startRedis()));
  afterEach(async () => {
    await Promise.all(opened.splice(0).map(({ close }) => close()));
  });
  afterAll(() => redis?.stop());

  /** A machine that is busy must not be taken for a server that is away. */
  async function open({ options, ...rest }: OpenCacheOptions = {}): Promise<OpenCache> {
    const cache = await openCache(redis.url, { options: { timeout: '10s', ...options }, ...rest });
    opened.push(cache);
    return cache;
  }

  /** Lets each of two loaders ask for what the other loads once both are under way. */
  async function crossed(one: OpenCache, other: OpenCache): Promise<unknown[]> {
    let started = 0;
    const load = (cache: OpenCache['cache'], own: string, foreign: string) =>
      cache.getOrSet(own, async () => {
        started++;
        await until(() => started >= 2);
        return `${own} with ${await cache.getOrSet(foreign, () => `${foreign} alone`)}`;
      });
    return Promise.all([load(one.cache, 'a', 'b'), load(other.cache, 'b', 'a')]);
  }

  // Without the chain of loads both wait for ever.
  it('that need one another in one process do not wait for ever', async () => {
    const cache = await open();
    const [a, b] = await crossed(cache, cache);
    expect([a, b]).toContainEqual(expect.stringMatching(/alone$/));
  });

  // Without the bound on the wait of a loader both wait for ever, renewing their claims.
  it('that need one another in two processes do not wait for ever', async () => {
    const namespace = `crossed-${randomUUID()}`;
    const options = { namespace, clock: QUICK_CLOCK, options: { timeout: '1m' } } as const;
    const results = await crossed(await open(options), await open(options));
    expect(results).toContainEqual(expect.stringMatching(/alone$/));
  });

  it('that are not in a circle join as ever', async () => {
    const { cache } = await open();
    let runs = 0;
    const inner = () =>
      cache.getOrSet('inner', async () => {
        await new Promise((resolve) => setTimeout(resolve, 20));
        return ++runs;
      });
    const outers = ['x', 'y', 'z'].map((key) => cache.getOrSet(key, inner));
    expect(await Promise.all(outers)).toEqual([1, 1, 1]);
  });

  // Seen to fail when the marker of a refresh expires with its claim: the old value is gone then.
  it('of a process that is killed while it refreshes lose nothing, and are taken over', async () => {
    const namespace = `killed-${randomUUID()}`;
    await runProgram(REFRESHER(redis.url, namespace));
    const { cache, client, redisKey } = await open({ namespace });
    expect(await client.get(redisKey('k'))).toContain('"loading"');
    const seen = new Set<unknown>();
    await until(async () => {
      seen.add(await cache.getOrSet('k', () => 'new', { swr: '1h' }));
      return cache.has('k');
    });
    expect([...seen][0]).toBe('old');
    expect(cache.stats()).toMatchObject({ misses: 0, loads: 1 });
    expect(await cache.get('k')).toBe('new');
  });

  it('claim a key for two seconds at a time', async () => {
    const { cache, client, redisKey } = await open();
    let finish = (_: number) => {};
    const load = cache.getOrSet('held', () => new Promise<number>((resolve) => (finish = resolve)));
    await until(async () => (await client.exists(redisKey('held'))) === 1);
    expect(await client.pttl(redisKey('held'))).toBeLessThanOrEqual(2_000);
    finish(1);
    await load;
  });

  it('end with the application, and give their claims up', async () => {
    const { cache, engine, client, redisKey } = await open();
    let signal: AbortSignal | undefined;
    const load = cache.getOrSet('ended', (context) => {
      signal = context.signal;
      return new Promise<never>(() => undefined);
    });
    await until(() => signal !== undefined);
    const ended = expect(load).rejects.toMatchObject({ code: 'E_CACHE_CLOSED' });
    await engine.runner.close();
    await ended;
    expect(signal?.reason).toMatchObject({ code: 'E_CACHE_CLOSED' });
    expect(await client.exists(redisKey('ended'))).toBe(0);
  });

  /**
   * No epoch is needed for removals by pattern. A loader runs only once its claim stands under the entry's key. If that
   * was before the removal began, SCAN meets the key, which is there all the time. If the claim is taken later, even
   * behind SCAN's back, the loader begins after what was changed before the removal was asked for, and may be stored.
   */
  it('that take their claim behind a removal by pattern have seen what was before it', async () => {
    const namespace = `swept-${randomUUID()}`;
    let letGo = () => {};
    const gate = new Promise<void>((resolve) => (letGo = resolve));
    let isWaiting = false;
    const between = (gateway: RedisGateway) =>
      new Proxy(gateway, {
        get(target, name) {
          const member: unknown = Reflect.get(target, name, target);
          if (typeof member !== 'function') return member;
          const method = (...args: unknown[]): unknown => Reflect.apply(member, target, args);
          if (name !== 'run') return method;
          return async (...args: unknown[]): Promise<unknown> => {
            isWaiting = true;
            await gate;
            return method(...args);
          };
        },
      });
    const late = await open({ namespace, between, options: { timeout: '10s' } });
    const { cache } = await open({ namespace });
    let database = 'old';
    const load = late.cache.getOrSet('k', () => database);
    await until(() => isWaiting);
    database = 'new';
    await cache.deletePattern('*');
    letGo();
    expect(await load).toBe('new');
    expect(await cache.get('k')).toBe('new');
  });

  const circular: Record<string, unknown> = {};
  circular.self = circular;
  const FAILURES: [string, () => Error, object][] = [
    [
      'of Nest',
      () => new NotFoundException('no user'),
      { name: 'NotFoundException', message: 'no user', status: 404 },
    ],
    ['of this library', () => new LockBusyError('r'), { name: 'LockBusyError', code: 'E_LOCK_BUSY' }],
    [
      'that hold what cannot be written',
      () =>
        Object.assign(new TypeError('refused', { cause: 'x' }), {
          code: 'E1',
          request: circular,
          retry: () => 1,
        }),
      { name: 'TypeError', message: 'refused', code: 'E1', cause: 'x' },
    ],
    [
      'that only look like errors',
      () => Object.assign(Object.create(Error.prototype) as Error, { name: 'OldError', message: 'old' }),
      { name: 'OldError', message: 'old' },
    ],
  ];

  // Seen to fail when they are told as plain errors, and when what cannot be written is not told at all.
  it.each(FAILURES)('tell failures %s to other processes and to later calls', async (_, make, expected) => {
    const namespace = randomUUID();
    const [one, other] = [await open({ namespace }), await open({ namespace })];
    let runs = 0;
    let fail = () => {};
    const load = async () => {
      runs++;
      await new Promise<void>((resolve) => (fail = resolve));
      throw make();
    };
    const options = { errorTtl: '1m' } as const;
    const here = one.cache.getOrSet('k', load, options).catch((error: unknown) => error);
    await until(() => runs === 1);
    const there = other.cache.getOrSet('k', load, options).catch((error: unknown) => error);
    await until(async () => /awaited/.test((await one.client.get(one.redisKey('k'))) ?? ''));
    fail();
    const later = () => other.cache.getOrSet('k', load, options).catch((error: unknown) => error);
    const classOf = (error: unknown) =>
      [NotFoundException, RedisSuiteError].map((type) => error instanceof type);
    for (const error of [await there, await later()]) {
      expect(error).toBeInstanceOf(Error);
      expect(error).toMatchObject(expected);
      expect(classOf(error)).toEqual(classOf(await here));
    }
    expect(runs).toBe(1);
  });

  // Seen to fail when the claim insists on what was read: then it is tried twenty times, and nothing is ever stored.
  it('take the place of bytes that are no text', async () => {
    const { cache, client, redisKey } = await open();
    await client.set(redisKey('bytes'), Buffer.from([0x1f, 0x8b, 0xff]));
    expect(await cache.getOrSet('bytes', () => 'loaded')).toBe('loaded');
    expect(await cache.get('bytes')).toBe('loaded');
    expect(cache.stats().unreadable).toBe(1);
  });

  // Seen to fail when loader and callers are handed one object.
  it('are given an old value of their own, which callers cannot change', async () => {
    const { cache } = await open();
    const options = { ttl: '1h', swr: '1h' } as const;
    await cache.set('own', { price: 1 }, { ...options, ttl: 1 });
    await until(async () => !(await cache.has('own')));
    let finish = () => {};
    const load = async ({ stale }: { stale?: unknown }) => {
      await new Promise<void>((resolve) => (finish = resolve));
      return stale as { price: number };
    };
    const served = await cache.getOrSet('own', load, options);
    served.price = 2;
    await until(() => (finish(), cache.has('own')));
    expect(await cache.get('own')).toEqual({ price: 1 });
  });

  it('of everything tell their progress and keep to a budget when removed', async () => {
    const { cache } = await open();
    await cache.setMany(Array.from({ length: 3_000 }, (_, id) => ({ key: ['many', id], value: id })));
    const told: number[] = [];
    await expect(cache.deletePattern('many:*', { budget: 0.001 })).rejects.toMatchObject({
      code: 'E_CACHE_BUDGET',
    });
    const rest = await cache.clear({ onProgress: ({ removed }) => told.push(removed) });
    expect(rest).toBeGreaterThan(0);
    expect(told.at(-1)).toBe(rest);
    expect(told).toEqual([...told].sort((a, b) => a - b));
    expect(await cache.deletePattern('*', { dryRun: true })).toBe(0);
  });
});
