import { describe, expect, it } from '@jest/globals';
import type { CacheEntryOptions } from '../../../src/cache/entry/entry-options.js';
import { until } from '../../support/until.js';
import type { MakeCache, Open } from './cache-maker.js';

const FAILURE = new Error('database away');
const fail = () => Promise.reject(FAILURE);

/** Stores a value that is old a millisecond later. */
async function putOld(open: Open, key: string, options: CacheEntryOptions): Promise<void> {
  const { cache } = open();
  await cache.set(key, 'old', { ...options, ttl: 1 });
  await until(async () => !(await cache.has(key)));
  // So that it is older than the shortest time there is, too.
  await new Promise((resolve) => setTimeout(resolve, 3));
}

export function freshness(open: Open, make: MakeCache): void {
  describe('swr', () => {
    const options = { ttl: '1h', swr: '1h' } as const;

    it('serves an old value at once, and loads it anew in the background', async () => {
      const { cache } = open();
      await putOld(open, 'swr:one', options);
      let finish: ((value: string) => void) | undefined;
      const load = () => new Promise<string>((resolve) => (finish = resolve));
      const before = cache.stats().stale;
      expect(await cache.getOrSet('swr:one', load, options)).toBe('old');
      expect(await cache.getOrSet('swr:one', fail, options)).toBe('old');
      expect(cache.stats().stale).toBe(before + 2);
      await until(() => finish !== undefined);
      finish?.('new');
      await until(() => cache.has('swr:one'));
      expect(await cache.getOrSet('swr:one', fail, options)).toBe('new');
    });

    it('refreshes once in all processes, which go on serving the old value', async () => {
      const namespace = `swr-${Math.random()}`;
      const caches = await Promise.all([make({ namespace }), make({ namespace }), make({ namespace })]);
      try {
        const first = caches[0];
        await putOld(() => first, 'k', options);
        let runs = 0;
        let finish = () => {};
        const load = async () => {
          runs++;
          await new Promise<void>((resolve) => (finish = resolve));
          return 'new';
        };
        for (let round = 0; round < 5; round++) {
          const reads = caches.map(({ cache }) => cache.getOrSet('k', load, options));
          expect(await Promise.all(reads)).toEqual(['old', 'old', 'old']);
        }
        await until(() => runs > 0);
        expect(runs).toBe(1);
        finish();
        await until(() => first.cache.has('k'));
        expect(runs).toBe(1);
      } finally {
        await Promise.all(caches.map((cache) => cache.close()));
      }
    });

    it('keeps the old value when the refresh fails, tells it, and does not ask again within errorTtl', async () => {
      const { cache, events, client, redisKey } = open();
      const own = { ...options, errorTtl: '1h' } as const;
      await putOld(open, 'swr:failing', own);
      const told: Error[] = [];
      const stop = events.on('cache:load-failed', ({ error }) => told.push(error));
      let runs = 0;
      const load = () => (runs++, fail());
      expect(await cache.getOrSet('swr:failing', load, own)).toBe('old');
      await until(async () => !(await client.get(redisKey('swr:failing')))?.includes('loading'));
      await until(() => told.length > 0);
      expect(told).toEqual([FAILURE]);
      for (let call = 0; call < 3; call++) expect(await cache.getOrSet('swr:failing', load, own)).toBe('old');
      expect(runs).toBe(1);
      expect(await client.pttl(redisKey('swr:failing'))).toBeGreaterThan(3_000_000);
      stop();
    });

    it('counts an old value as absent for get, has and ttl', async () => {
      const { cache } = open();
      await putOld(open, 'swr:absent', options);
      expect([
        await cache.get('swr:absent'),
        await cache.has('swr:absent'),
        await cache.ttl('swr:absent'),
      ]).toEqual([undefined, false, null]);
      await cache.set('swr:present', 1, options);
      expect(await cache.ttl('swr:present')).toBeLessThanOrEqual(3_600_000);
    });

    it('ends with its time', async () => {
      const { cache } = open();
      await putOld(open, 'swr:over', { staleIfError: '1h' });
      expect(await cache.getOrSet('swr:over', () => 'new', { swr: 1 })).toBe('new');
    });

    it('applies to several at once', async () => {
      const { cache } = open();
      await putOld(open, 'swr:many', options);
      const load = (keys: unknown[]) => Promise.resolve(new Map(keys.map((key) => [key as string, 'new'])));
      expect(await cache.getOrSetMany(['swr:many', 'swr:none'], load, options)).toEqual(['old', 'new']);
      await until(() => cache.has('swr:many'));
      expect(await cache.get('swr:many')).toBe('new');
    });
  });

  describe('invalidated values', () => {
    const ways: [string, (open: Open, key: string) => Promise<unknown>][] = [
      ['delete', (open, key) => open().cache.delete(key)],
      ['invalidateTags', (open) => open().cache.invalidateTags('aging')],
      ['deletePattern', (open) => open().cache.deletePattern('aged:*')],
      ['clear', (open) => open().cache.clear()],
    ];
    const options = { ttl: '1h', swr: '1h', staleIfError: '1h', tags: ['aging'] } as const;

    it.each(ways)('are never served stale: %s', async (name, invalidate) => {
      const { cache } = open();
      const key = `aged:${name}`;
      await putOld(open, key, options);
      await invalidate(open, key);
      await expect(cache.getOrSet(key, fail, options)).rejects.toBe(FAILURE);
    });

    it.each(ways)('are not put back by a refresh that fails: %s', async (name, invalidate) => {
      const { cache } = open();
      const key = `aged:refreshing-${name}`;
      await putOld(open, key, options);
      let end: ((error: Error) => void) | undefined;
      const load = () => new Promise<never>((_, reject) => (end = reject));
      expect(await cache.getOrSet(key, load, options)).toBe('old');
      await until(() => end !== undefined);
      await invalidate(open, key);
      end?.(FAILURE);
      await expect(cache.getOrSet(key, fail, options)).rejects.toBe(FAILURE);
    });
  });

  describe('staleIfError', () => {
    const options = { ttl: '1h', staleIfError: '1h' } as const;

    it('serves the old value to all when the loader fails', async () => {
      const { cache } = open();
      await putOld(open, 'error:one', options);
      let runs = 0;
      const load = () => (runs++, fail());
      const calls = Array.from({ length: 20 }, () => cache.getOrSet('error:one', load, options));
      expect(new Set(await Promise.all(calls))).toEqual(new Set(['old']));
      expect(runs).toBe(1);
      expect(await cache.getOrSet('error:one', () => 'new', options)).toBe('new');
    });

    it('serves the old values of several', async () => {
      const { cache } = open();
      await putOld(open, 'error:many', options);
      expect(await cache.getOrSetMany(['error:many'], fail, options)).toEqual(['old']);
      await expect(cache.getOrSetMany(['error:many', 'error:none'], fail, options)).rejects.toBe(FAILURE);
    });

    it('ends with its time', async () => {
      const { cache } = open();
      await putOld(open, 'error:over', { swr: '1h' });
      await expect(cache.getOrSet('error:over', fail, { staleIfError: 1 })).rejects.toBe(FAILURE);
    });
  });

  it('earlyRefresh loads anew while the value is fresh, and nobody waits or misses', async () => {
    const { cache } = open();
    const options = { ttl: '1h', earlyRefresh: 0.000_000_1 } as const;
    await cache.set('early', 'old', options);
    await new Promise((resolve) => setTimeout(resolve, 2));
    let runs = 0;
    let finish = () => {};
    const load = async () => {
      runs++;
      await new Promise<void>((resolve) => (finish = resolve));
      return 'new';
    };
    const read = () => cache.getOrSet('early', load, options);
    expect(await read()).toBe('old');
    await until(() => runs === 1);
    expect(await cache.get('early')).toBe('old');
    expect(await read()).toBe('old');
    finish();
    await until(async () => (await cache.get('early')) === 'new');
    expect(runs).toBe(1);
  });

  describe('a failed load', () => {
    it('is remembered for errorTtl, with its error', async () => {
      const { cache } = open();
      let runs = 0;
      const load = () => (runs++, Promise.reject(new RangeError('database away')));
      for (let call = 0; call < 3; call++) {
        await expect(cache.getOrSet('failed:one', load, { errorTtl: '1h' })).rejects.toThrow(
          new RangeError('database away'),
        );
      }
      expect(runs).toBe(1);
      expect(await cache.has('failed:one')).toBe(false);
      await cache.delete('failed:one');
      expect(await cache.getOrSet('failed:one', () => 'mended')).toBe('mended');
    });

    it('is not remembered otherwise', async () => {
      const { cache } = open();
      await expect(cache.getOrSet('failed:two', fail)).rejects.toBe(FAILURE);
      expect(await cache.getOrSet('failed:two', () => 'mended')).toBe('mended');
    });
  });

  describe('timeouts', () => {
    it('soft: takes the old value, and lets the load go on', async () => {
      const { cache } = open();
      const options = { ttl: '1h', staleIfError: '1h', softTimeout: 1 } as const;
      await putOld(open, 'soft', options);
      let finish: ((value: string) => void) | undefined;
      const load = () => new Promise<string>((resolve) => (finish = resolve));
      expect(await cache.getOrSet('soft', load, options)).toBe('old');
      await until(() => finish !== undefined);
      finish?.('new');
      await until(() => cache.has('soft'));
      expect(await cache.get('soft')).toBe('new');
      let end: ((values: Map<string, string>) => void) | undefined;
      await putOld(open, 'soft:many', options);
      const loadMany = () => new Promise<Map<string, string>>((resolve) => (end = resolve));
      expect(await cache.getOrSetMany(['soft:many'], loadMany, options)).toEqual(['old']);
      await until(() => end !== undefined);
      end?.(new Map([['soft:many', 'new']]));
      await until(async () => (await cache.get('soft:many')) === 'new');
    });

    it('hard: rejects all who wait, aborts the signal and gives the claim up', async () => {
      const { cache } = open();
      let signal: AbortSignal | undefined;
      const load = (context: { signal: AbortSignal }) => {
        signal = context.signal;
        return new Promise<string>(() => undefined);
      };
      const calls = [1, 2, 3].map(() => cache.getOrSet('hard', load, { hardTimeout: 20 }));
      for (const end of await Promise.allSettled(calls)) {
        expect(end).toMatchObject({
          status: 'rejected',
          reason: { code: 'E_CACHE_LOAD_TIMEOUT', hardTimeoutMs: 20 },
        });
      }
      expect(signal?.aborted).toBe(true);
      expect(signal?.reason).toMatchObject({ code: 'E_CACHE_LOAD_TIMEOUT' });
      expect(await cache.getOrSet('hard', () => 'next')).toBe('next');
    });

    it('are refused when they make no sense', async () => {
      const { cache } = open();
      const load = () => 1;
      for (const options of [
        { softTimeout: 20, hardTimeout: 10 },
        { earlyRefresh: 1 },
        { swr: '1 hour' as '1h' },
      ]) {
        await expect(cache.getOrSet('bad', load, options)).rejects.toMatchObject({
          code: 'E_OPTIONS_INVALID',
        });
      }
    });
  });

  it('negativeTtl is the ttl of null and undefined', async () => {
    const { cache } = open();
    const options = { ttl: '1h', negativeTtl: '10s' } as const;
    await cache.getOrSet('negative:null', () => null, options);
    await cache.set('negative:undefined', undefined, options);
    await cache.getOrSet('negative:zero', () => 0, options);
    await cache.getOrSet('negative:set', ({ setTtl }) => (setTtl('2h'), null), options);
    const ttls = await Promise.all(
      ['null', 'undefined', 'zero', 'set'].map((name) => cache.ttl(`negative:${name}`)),
    );
    expect(ttls.map((ttl) => Math.ceil(ttl! / 10_000))).toEqual([1, 1, 360, 720]);
    const before = cache.stats().negative;
    await cache.get('negative:null');
    expect(cache.stats().negative).toBe(before + 1);
  });

  it('a loader is given the old value and may return it as unchanged', async () => {
    const { cache } = open();
    const options = { ttl: '1h', staleIfError: '1h' } as const;
    await putOld(open, 'unchanged', options);
    expect(await cache.getOrSet('unchanged', ({ stale }) => stale, options)).toBe('old');
    expect(await cache.ttl('unchanged')).toBeGreaterThan(3_000_000);
    await cache.delete('unchanged');
    expect(await cache.getOrSet('unchanged', (context) => 'stale' in context, options)).toBe(false);
  });

  it('without policies nothing is written of it', async () => {
    const { cache, client, redisKey } = open();
    await cache.getOrSet('plain', () => 1, { swr: false, hardTimeout: '1s', errorTtl: '1s' });
    expect(await client.get(redisKey('plain'))).toBe('1');
  });
}
