import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { CacheKey } from '../../../src/common/keys/cache-key.js';
import { startRedis } from '../../../src/testing/start-redis.js';
import type { TestRedis } from '../../../src/testing/test-redis.js';
import { openCache, type OpenCache } from '../../support/cache.js';
import { until } from '../../support/until.js';

type Loaded = ReadonlyMap<CacheKey, unknown>;

describe('several entries at once', () => {
  let redis: TestRedis;
  let here: OpenCache;
  let there: OpenCache;
  /** A machine that is busy must not be taken for a server that is away. */
  const options = { timeout: '10s' } as const;
  beforeAll(async () => {
    redis = await startRedis();
    here = await openCache(redis.url, { namespace: 'bulk', options });
    there = await openCache(redis.url, { namespace: 'bulk', options });
  });
  afterAll(async () => {
    await here?.close();
    await there?.close();
    await redis?.stop();
  });

  /** Is a loader that gives each key its own text, and ends when `isDue` says so. */
  function loader(isDue: () => boolean = () => true) {
    const asked: CacheKey[][] = [];
    const load = async (missing: CacheKey[]): Promise<Loaded> => {
      asked.push(missing);
      await until(isDue);
      return new Map(missing.map((key) => [key, `of ${String(key)}`]));
    };
    return { asked, load };
  }

  const coalesced = () => here.cache.stats().coalesced + there.cache.stats().coalesced;

  // Seen to fail when keys that others load are loaded here too.
  it('are loaded once, however many ask for them in however many processes', async () => {
    const before = coalesced();
    const { asked, load } = loader(() => coalesced() === before + 2 * 19);
    const keys = ['once:a', 'once:b'];
    const calls = Array.from({ length: 20 }, (_, index) =>
      (index % 2 === 0 ? here : there).cache.getOrSetMany(keys, load),
    );
    expect(await Promise.all(calls)).toEqual(calls.map(() => ['of once:a', 'of once:b']));
    expect(asked.flat().sort()).toEqual(keys);
  });

  it('are taken from single calls that are loading them, and the rest is loaded meanwhile', async () => {
    const { asked, load } = loader();
    const single = here.cache.getOrSet('mixed:a', async () => {
      await until(() => asked.length > 0);
      return 'of a single call';
    });
    await until(async () => (await here.client.exists(here.redisKey('mixed:a'))) === 1);
    const keys = ['mixed:a', 'mixed:b'];
    for (const { cache } of [here, there])
      expect(await cache.getOrSetMany(keys, load)).toEqual(['of a single call', 'of mixed:b']);
    expect(await single).toBe('of a single call');
    expect(asked).toEqual([['mixed:b']]);
  });

  it('give all who wait the error of the one load, and are loaded by whom they were left out for', async () => {
    const before = coalesced();
    const failure = new RangeError('database away');
    let runs = 0;
    let reads = 0;
    const stop = here.events.on('connection:command', ({ command }) => command === 'MGET' && reads++);
    const fail = async () => {
      runs++;
      // Once they have said that they wait, and looked again since, the others hear how this ends.
      await until(() => reads === 2);
      throw failure;
    };
    const calls = Array.from({ length: 5 }, () => here.cache.getOrSetMany(['failing'], fail));
    const ends = await Promise.allSettled(calls);
    expect(ends.map((end) => end.status === 'rejected' && String(end.reason))).toEqual(
      ends.map(() => String(failure)),
    );
    stop();
    expect([runs, coalesced()]).toEqual([1, before + 4]);

    const leaveOut = async (): Promise<Loaded> => {
      await until(() => coalesced() === before + 5);
      return new Map();
    };
    const without = here.cache.getOrSetMany(['left-out'], leaveOut);
    await until(async () => (await here.client.exists(here.redisKey('left-out'))) === 1);
    expect(await there.cache.getOrSetMany(['left-out'], loader().load)).toEqual(['of left-out']);
    expect(await without).toEqual([undefined]);
  });

  it('do not wait for one another for ever', async () => {
    let runs = 0;
    const load = (missing: CacheKey[]): Promise<Loaded> => {
      runs += missing.length;
      return loader().load(missing);
    };
    for (let round = 0; round < 100; round++) {
      const keys = [`crossed:${round}:a`, `crossed:${round}:b`];
      const calls = [here.cache.getOrSetMany(keys, load), there.cache.getOrSetMany(keys.toReversed(), load)];
      const [one, other] = await Promise.all(calls);
      expect([one, other?.toReversed()]).toEqual([one, one]);
    }
    expect(runs).toBe(200);
  });

  // Seen to hang when the loader of several does not count as a loader of each.
  it('are loaded without a wait where their loader asks for one of them, or is asked for by one', async () => {
    const { cache } = here;
    const viaSingles = async (missing: CacheKey[]): Promise<Loaded> =>
      new Map(
        await Promise.all(
          missing.map(async (key) => [key, await cache.getOrSet(key, () => `of ${String(key)}`)] as const),
        ),
      );
    expect(await cache.getOrSetMany(['own:a', 'own:b'], viaSingles)).toEqual(['of own:a', 'of own:b']);
    const viaMany = async () => (await cache.getOrSetMany(['own:c'], loader().load))[0];
    expect(await cache.getOrSet('own:c', viaMany)).toBe('of own:c');
  });
});
