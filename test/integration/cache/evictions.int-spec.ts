import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { CacheService } from '../../../src/cache/cache.service.js';
import { startRedis } from '../../../src/testing/start-redis.js';
import type { TestRedis } from '../../../src/testing/test-redis.js';
import { openCache, type OpenCache } from '../../support/cache.js';
import { until } from '../../support/until.js';

describe('values of the process that make room for others', () => {
  let redis: TestRedis;
  let opened: OpenCache;
  beforeAll(async () => {
    redis = await startRedis();
    opened = await openCache(redis.url, { options: { l1: { maxEntries: 2 } } });
  });
  afterAll(async () => {
    await opened?.close();
    await redis?.stop();
  });

  /** Stores a value and reads it until the process answers by itself. */
  async function keep(cache: CacheService, key: string): Promise<void> {
    await cache.set(key, key);
    const before = cache.stats().l1Hits;
    await until(async () => (await cache.get(key)) === key && cache.stats().l1Hits > before);
  }

  it('are counted and told of by the name of the cache they are from', async () => {
    const { cache, events } = opened;
    const told: string[] = [];
    events.on('cache:evicted', ({ cache: name }) => {
      told.push(name);
      // Listeners may use the cache.
      void cache.get('c');
    });
    await keep(cache.namespace('users'), 'a');
    for (const key of ['a', 'b', 'c']) await keep(cache, key);
    expect(told).toEqual(['users', 'default']);
    const { evictions, l1, caches } = cache.stats();
    expect([evictions, l1.evictions]).toEqual([2, 2]);
    expect([caches['users']?.evictions, caches['default']?.evictions]).toEqual([1, 1]);
  });

  it('are not those that were removed', async () => {
    const { cache } = opened;
    await keep(cache, 'd');
    const { evictions } = cache.stats();
    await cache.delete('d');
    expect(cache.stats().evictions).toBe(evictions);
  });
});
