import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startRedis } from '../../../src/testing/start-redis.js';
import type { TestRedis } from '../../../src/testing/test-redis.js';
import { openCache, type OpenCache } from '../../support/cache.js';
import { until } from '../../support/until.js';

class Money {
  amount = 7;
  parts = [1, 2];
}

/** Makes a value, and what a careless caller does to it. */
interface Kind<T> {
  readonly make: () => T;
  readonly spoil: (value: T) => unknown;
}

function kind<T>(make: () => T, spoil: (value: T) => unknown): Kind<unknown> {
  return { make, spoil: spoil as (value: unknown) => unknown };
}

const KINDS: Record<string, Kind<unknown>> = {
  'an object': kind(
    () => ({ a: 1, b: { c: [1] } }),
    (value) => value.b.c.push(2),
  ),
  'a list': kind(
    () => [[1], [2]],
    (value) => value[0]!.reverse().push(9),
  ),
  'a date': kind(
    () => ({ at: new Date(5) }),
    (value) => value.at.setTime(0),
  ),
  'a map': kind(
    () => new Map([['a', { n: 1 }]]),
    (value) => (value.get('a')!.n = 2),
  ),
  'a set': kind(
    () => ({ set: new Set([1]) }),
    (value) => value.set.clear(),
  ),
  bytes: kind(
    () => Buffer.from('bytes'),
    (value) => value.fill(0),
  ),
  numbers: kind(
    () => ({ list: new Float64Array([1, 2]) }),
    (value) => value.list.fill(9),
  ),
  'an error': kind(
    () => ({ error: new RangeError('too far') }),
    (value) => (value.error.message = 'changed'),
  ),
  'an expression': kind(
    () => ({ pattern: /a/g }),
    (value) => (value.pattern.lastIndex = 3),
  ),
  'an address': kind(
    () => ({ url: new URL('https://example.org/a') }),
    (value) => (value.url.pathname = '/b'),
  ),
  'what JSON has not': kind(
    () => ({ list: [undefined, NaN, -0, Infinity, 10n] as unknown[] }),
    (value) => value.list.splice(0),
  ),
};

describe('a value kept in the process', () => {
  let redis: TestRedis;
  let opened: OpenCache;
  beforeAll(async () => {
    redis = await startRedis();
    opened = await openCache(redis.url);
  });
  afterAll(async () => {
    await opened?.close();
    await redis?.stop();
  });

  /** Reads until the process answers by itself, as is told by a read that asks for nothing. */
  async function kept<T>(key: string, options?: Parameters<OpenCache['cache']['get']>[1]): Promise<T> {
    const { cache } = opened;
    let value: T | undefined;
    await until(async () => {
      const before = cache.stats().l1Hits;
      value = await cache.get<T>(key, options);
      return cache.stats().l1Hits > before;
    });
    return value!;
  }

  // Seen to fail for objects, lists and dates when a kept value is handed out as it is; what has others in it is read anew.
  it.each(Object.entries(KINDS))(
    'is the same for everybody, whatever one does to his: %s',
    async (key, one) => {
      await opened.cache.set(key, one.make());
      const direct = await opened.cache.get(key, { l1: false });
      one.spoil(await kept(key));
      const before = opened.cache.stats().l1Hits;
      const others = [
        await opened.cache.get(key),
        await opened.cache.getOrSet(key, () => 'never'),
        ...(await opened.cache.getMany([key])),
      ];
      expect(opened.cache.stats().l1Hits).toBe(before + others.length);
      for (const other of [direct, ...others]) expect(other).toStrictEqual(one.make());
    },
  );

  it('is the same for everybody as an instance of its class', async () => {
    await opened.cache.set('money', new Money());
    const mine = await kept<Money>('money', { as: Money });
    expect(mine).toBeInstanceOf(Money);
    mine.parts.push(3);
    expect(await kept<Money>('money', { as: Money })).toStrictEqual(new Money());
  });
});
