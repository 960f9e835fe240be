import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { startRedis } from '../../../src/testing/start-redis.js';
import { startTcpProxy, type TcpProxy } from '../../../src/testing/tcp-proxy.js';
import type { TestRedis } from '../../../src/testing/test-redis.js';
import { openCache, type OpenCache } from '../../support/cache.js';
import { until } from '../../support/until.js';

describe('the cache while Redis is away', () => {
  let redis: TestRedis;
  let proxy: TcpProxy;
  let opened: OpenCache;
  const errors: string[] = [];

  beforeAll(async () => {
    redis = await startRedis();
    proxy = await startTcpProxy({ target: redis.url });
    opened = await openCache(proxy.url);
    opened.events.on('cache:error', ({ operation }) => errors.push(operation));
  });
  afterEach(async () => {
    proxy.resume();
    errors.length = 0;
    await until(() => opened.gateway.availability.state === 'ready' && !opened.engine.backlog.isBehind);
  });
  afterAll(async () => {
    await proxy?.stop();
    await opened?.close();
    await redis?.stop();
  });

  const faults: [string, () => void][] = [
    ['gone', () => proxy.drop({ refuseNew: true })],
    ['frozen', () => proxy.freeze()],
  ];

  describe.each(faults)('server %s', (_, fail) => {
    it('runs each loader once, however many call, and throws nothing of its own', async () => {
      fail();
      let runs = 0;
      const load = async () => {
        await new Promise((resolve) => setTimeout(resolve, 20));
        return ++runs;
      };
      const results = await Promise.all(
        Array.from({ length: 50 }, () => opened.cache.getOrSet('away', load)),
      );
      expect(new Set(results)).toEqual(new Set([1]));
      expect(errors).toContain('read');
      await opened.cache.set('away', 1);
      expect(await opened.cache.get('away')).toBeUndefined();
      expect(await opened.cache.getMany(['away', 'b'])).toEqual([undefined, undefined]);
      expect(await opened.cache.has('away')).toBe(false);
      expect(await opened.cache.ttl('away')).toBeNull();
      expect(await opened.cache.getOrSetMany(['a'], () => Promise.resolve(new Map([['a', 1]])))).toEqual([1]);
    });

    it('lets through what the loader throws', async () => {
      fail();
      const failure = new Error('database away too');
      let runs = 0;
      await expect(opened.cache.getOrSet('away', () => (runs++, Promise.reject(failure)))).rejects.toBe(
        failure,
      );
      expect(runs).toBe(1);
    });

    it('says so where an invalidation was asked for, and lets nobody join loads from before it', async () => {
      fail();
      await opened.cache.get('opens the breaker');
      let finish = (_: string) => {};
      const before = opened.cache.getOrSet(
        'away',
        () => new Promise<string>((resolve) => (finish = resolve)),
      );
      await until(() => errors.length > 1);
      await expect(opened.cache.delete('away')).rejects.toMatchObject({
        code: 'E_CACHE_UNAVAILABLE',
        operation: 'delete',
      });
      await expect(opened.cache.invalidateTags('t')).rejects.toMatchObject({ code: 'E_CACHE_UNAVAILABLE' });
      await expect(opened.cache.clear()).rejects.toMatchObject({ code: 'E_CACHE_UNAVAILABLE' });
      expect(await opened.cache.getOrSet('away', () => 'new')).toBe('new');
      finish('old');
      expect(await before).toBe('old');
    });

    it('returns what was loaded when it goes away meanwhile', async () => {
      let runs = 0;
      const load = () => (runs++, fail(), 'loaded');
      expect(await opened.cache.getOrSet(['halfway', String(fail)], load)).toBe('loaded');
      expect(runs).toBe(1);
      await until(() => errors.includes('store'));
    });
  });

  it('works again afterwards, also for what was being loaded', async () => {
    proxy.drop({ refuseNew: true });
    expect(await opened.cache.getOrSet('recovered', () => 1)).toBe(1);
    proxy.resume();
    // The state alone does not tell: one lost connection does not make the server count as away.
    await until(async () => (await opened.gateway.send(['PING']).catch(() => null)) === 'PONG');
    await until(() => !opened.engine.backlog.isBehind);
    expect(await opened.cache.getOrSet('recovered', () => 2)).toBe(2);
    expect(await opened.cache.get('recovered')).toBe(2);
  });
});
