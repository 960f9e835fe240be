import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import type { OpenCache } from '../../support/cache.js';
import { until } from '../../support/until.js';
import type { MakeCache, Open } from './cache-maker.js';

export function singleFlight(open: Open, make: MakeCache): void {
  describe('one load for all', () => {
    it('in one process', async () => {
      const { cache } = open();
      let runs = 0;
      const load = async () => {
        await new Promise((resolve) => setTimeout(resolve, 20));
        return ++runs;
      };
      const results = await Promise.all(
        Array.from({ length: 100 }, () => cache.getOrSet('flight:one', load)),
      );
      expect(new Set(results)).toEqual(new Set([1]));
      expect(runs).toBe(1);
    });

    it('in several processes', async () => {
      const caches = await Promise.all([make({ namespace: 'flights' }), make({ namespace: 'flights' })]);
      try {
        await caches[0].cache.clear();
        let runs = 0;
        const load = async () => {
          await new Promise((resolve) => setTimeout(resolve, 40));
          return ++runs;
        };
        const calls = caches.flatMap(({ cache }) =>
          Array.from({ length: 20 }, () => cache.getOrSet('flight', load)),
        );
        expect(new Set(await Promise.all(calls))).toEqual(new Set([1]));
      } finally {
        await Promise.all(caches.map((cache) => cache.close()));
      }
    });

    it('fails for all with one run and the original error', async () => {
      const { cache } = open();
      const failure = new Error('database away');
      let runs = 0;
      const load = () => (runs++, Promise.reject(failure));
      const results = await Promise.allSettled(
        Array.from({ length: 50 }, () => cache.getOrSet('flight:failing', load)),
      );
      expect(results.every((result) => result.status === 'rejected' && result.reason === failure)).toBe(true);
      expect(runs).toBe(1);
      expect(await cache.getOrSet('flight:failing', () => 'mended')).toBe('mended');
    });

    it('fails in several processes with one run where they hear of it, and is not confused by foreign messages', async () => {
      const namespace = `failing-${randomUUID()}`;
      const caches = await Promise.all([make({ namespace }), make({ namespace })]);
      try {
        const { push } = caches[0].gateway.capabilities;
        let runs = 0;
        const load = async () => {
          await until(
            async () =>
              !push || ((await caches[0].client.get(caches[0].redisKey('f')))?.includes('awaited') ?? false),
          );
          await caches[0].client.publish(caches[0].redisKey('{loads}'), 'no news of ours');
          runs++;
          throw new RangeError('database away');
        };
        const results = await Promise.allSettled(caches.map(({ cache }) => cache.getOrSet('f', load)));
        expect(results.map((result) => result.status === 'rejected' && (result.reason as Error))).toEqual([
          new RangeError('database away'),
          new RangeError('database away'),
        ]);
        expect(runs).toBe(push ? 1 : caches.length);
      } finally {
        await Promise.all(caches.map((cache) => cache.close()));
      }
    });

    it('does not wait for itself', async () => {
      const { cache } = open();
      const inner = () => cache.getOrSet('flight:self', () => 'inner');
      expect(await cache.getOrSet('flight:self', async () => `outer of ${await inner()}`)).toBe(
        'outer of inner',
      );
      expect(await cache.get('flight:self')).toBe('outer of inner');
    });
  });
}

export function fences(open: Open): void {
  describe('no stale write-back', () => {
    const invalidations: [string, (opened: OpenCache, key: string) => Promise<unknown>][] = [
      ['delete', ({ cache }, key) => cache.delete(key)],
      ['invalidateTags', ({ cache }) => cache.invalidateTags('fenced')],
      ['deletePattern', ({ cache }) => cache.deletePattern('fence:*')],
      ['clear', ({ cache }) => cache.clear()],
      ['a DEL from anywhere', ({ client, redisKey }, key) => client.del(redisKey(key))],
    ];
    it.each(invalidations)(
      'after %s while the loader runs, nor do later calls join',
      async (name, invalidate) => {
        const opened = open();
        const { cache } = opened;
        const key = `fence:${name.replaceAll(' ', '-')}`;
        let database = 'old';
        let started = () => {};
        let proceed = () => {};
        const running = new Promise<void>((resolve) => (started = resolve));
        const gate = new Promise<void>((resolve) => (proceed = resolve));
        const read = cache.getOrSet(
          key,
          async () => {
            const value = database;
            started();
            await gate;
            return value;
          },
          { tags: ['fenced'] },
        );
        await running;
        database = 'new';
        await invalidate(opened, key);
        const later = cache.getOrSet(key, () => database, { tags: ['fenced'] });
        expect(await later).toBe('new');
        proceed();
        expect(await read).toBe('old');
        expect(await cache.get(key)).toBe('new');
        expect(cache.stats().refused).toBeGreaterThan(0);
      },
    );

    it('after a set while the loader runs', async () => {
      const { cache } = open();
      await cache.getOrSet('fence:set', async () => (await cache.set('fence:set', 'set'), 'loaded'));
      expect(await cache.get('fence:set')).toBe('set');
    });

    it('with tags that only the loader knows, after any tag was invalidated', async () => {
      const { cache } = open();
      const load = (invalidate: () => Promise<void>) =>
        cache.getOrSet(
          'fence:late',
          async (context) => (await invalidate(), context.setTags('fence-late'), 1),
        );
      await load(() => cache.invalidateTags('something'));
      expect(await cache.has('fence:late')).toBe(false);
      await load(() => Promise.resolve());
      expect(await cache.has('fence:late')).toBe(true);
    });

    // Seen to fail when markers of such loads do not say which invalidations they have seen.
    it('for callers after any tag was invalidated, while a loader that gives tags runs', async () => {
      const { cache } = open();
      let proceed = () => {};
      const gate = new Promise<void>((resolve) => (proceed = resolve));
      let started = false;
      const read = cache.getOrSet('fence:joined', async ({ setTags }) => {
        started = true;
        await gate;
        setTags('fence-joined');
        return 'old';
      });
      await until(() => started);
      await cache.invalidateTags('fence-joined');
      const later = cache.getOrSet('fence:joined', ({ setTags }) => (setTags('fence-joined'), 'new'));
      expect(await later).toBe('new');
      proceed();
      expect(await read).toBe('old');
      expect(await cache.get('fence:joined')).toBe('new');
    });
  });
}
