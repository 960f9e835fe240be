import { describe, expect, it } from '@jest/globals';
import type { MakeCache, Open } from './cache-maker.js';

export function spaces(open: Open, make: MakeCache): void {
  describe('namespaces', () => {
    it('keep keys and tags apart, and clear only themselves', async () => {
      const { cache } = open();
      const [one, two] = [cache.namespace('ns*'), cache.namespace('ns1')];
      await one.set('k', 'one', { tags: ['t'] });
      await two.set('k', 'two', { tags: ['t'] });
      await one.namespace('inner').set('k', 'inner');
      expect([await one.get('k'), await two.get('k'), await cache.get('k')]).toEqual([
        'one',
        'two',
        undefined,
      ]);
      await two.invalidateTags('t');
      expect([await one.get('k'), await two.get('k')]).toEqual(['one', undefined]);
      await two.set('k', 'two');
      expect(await one.clear()).toBe(2);
      expect([await one.get('k'), await two.get('k')]).toEqual([undefined, 'two']);
      expect(cache.stats().caches['ns1']).toMatchObject({ hits: 2, misses: 1, writes: 2 });
    });

    it('of other applications on the server are never touched', async () => {
      const other = await make();
      try {
        await other.cache.set('foreign', 1);
        await open().cache.clear();
        expect(await other.cache.get('foreign')).toBe(1);
      } finally {
        await other.close();
      }
    });

    it('are divided by scope, which must be there', async () => {
      let tenant: string | undefined = 'a';
      const scoped = await make({ options: { scope: () => tenant as string } });
      try {
        await scoped.cache.set('k', 'of a', { tags: ['t'] });
        tenant = 'b';
        expect(await scoped.cache.get('k')).toBeUndefined();
        await scoped.cache.set('k', 'of b', { tags: ['t'] });
        await scoped.cache.invalidateTags('t');
        expect(await scoped.cache.clear()).toBe(1);
        tenant = 'a';
        expect(await scoped.cache.get('k')).toBe('of a');
        tenant = undefined;
        await expect(scoped.cache.get('k')).rejects.toMatchObject({ code: 'E_KEY_INVALID' });
      } finally {
        await scoped.close();
      }
    });
  });
}
