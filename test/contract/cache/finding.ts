import { describe, expect, it } from '@jest/globals';
import type { Open } from './cache-maker.js';

export function tags(open: Open): void {
  describe('tags', () => {
    it('invalidate what has them and nothing else', async () => {
      const { cache } = open();
      await cache.set('tags:both', 1, { tags: ['red', 'round'] });
      await cache.getOrSet('tags:one', () => 2, { tags: ['red'] });
      await cache.set('tags:other', 3, { tags: ['blue'] });
      await cache.set('tags:none', 4);
      expect(await cache.getMany(['tags:both', 'tags:one', 'tags:other', 'tags:none'])).toEqual([1, 2, 3, 4]);
      await cache.invalidateTags('red');
      expect(await cache.getMany(['tags:both', 'tags:one', 'tags:other', 'tags:none'])).toEqual([
        undefined,
        undefined,
        3,
        4,
      ]);
      expect(await cache.has('tags:one')).toBe(false);
      expect(await cache.getOrSet('tags:one', () => 'new', { tags: ['red'] })).toBe('new');
      expect(await cache.get('tags:one')).toBe('new');
    });

    it('given by the loader invalidate too', async () => {
      const { cache } = open();
      await cache.getOrSet('tags:late', ({ setTags }) => (setTags('late'), 1), { tags: ['early'] });
      expect(await cache.get('tags:late')).toBe(1);
      await cache.invalidateTags('late');
      expect(await cache.has('tags:late')).toBe(false);
    });

    it('whose record is lost make a miss, never a resurrection', async () => {
      const { cache, client, redisKey } = open();
      await cache.set('tags:lost', 'old', { tags: ['losable'] });
      await client.del(redisKey('{losable}:tag'));
      expect(await cache.get('tags:lost')).toBeUndefined();
      await cache.set('tags:after', 'new', { tags: ['losable'] });
      expect(await cache.get('tags:lost')).toBeUndefined();
      expect(await cache.get('tags:after')).toBe('new');
    });

    it('keep their record as long as the longest entry that has them, and no longer than twice that', async () => {
      const { cache, client, redisKey } = open();
      await cache.set('tags:long', 1, { ttl: '1h', tags: ['kept'] });
      await cache.set('tags:short', 1, { ttl: '1s', tags: ['kept'] });
      const ttlMs = await client.pttl(redisKey('{kept}:tag'));
      expect(ttlMs).toBeGreaterThan(3_600_000);
      expect(ttlMs).toBeLessThanOrEqual(2 * 3_660_000);
    });
  });
}

export function bulk(open: Open): void {
  describe('several at once', () => {
    it('are set and read in order', async () => {
      const { cache } = open();
      await cache.setMany([
        { key: 'bulk:a', value: 1 },
        { key: ['bulk', 'b'], value: new Date(2), options: { ttl: '1h', tags: ['bulk'] } },
      ]);
      expect(await cache.getMany(['bulk:b', 'bulk:none', 'bulk:a'])).toEqual([new Date(2), undefined, 1]);
      expect(await cache.getMany([])).toEqual([]);
    });

    it('are loaded together, only the missing ones, each once, matched by what the keys mean', async () => {
      const { cache } = open();
      await cache.set('bulk:1', 'one');
      const asked: unknown[] = [];
      const load = (missing: unknown[]) => {
        asked.push(missing);
        return Promise.resolve(new Map([['bulk:2', 'two']]));
      };
      const keys = ['bulk:2', 'bulk:1', ['bulk', 2], 'bulk:3'];
      expect(await cache.getOrSetMany(keys, load)).toEqual(['two', 'one', 'two', undefined]);
      expect(asked).toEqual([[['bulk', 2], 'bulk:3']]);
      expect(await cache.get('bulk:2')).toBe('two');
      expect(await cache.has('bulk:3')).toBe(false);
    });

    it('fail with what the loader threw, and leave nothing behind', async () => {
      const { cache } = open();
      const failure = new Error('database away');
      await expect(cache.getOrSetMany(['bulk:x', 'bulk:y'], () => Promise.reject(failure))).rejects.toBe(
        failure,
      );
      expect(await cache.getOrSet('bulk:x', () => 'fresh')).toBe('fresh');
    });

    it('are not stored when one was deleted while they were loaded', async () => {
      const { cache } = open();
      const load = async () => {
        await cache.delete('bulk:gone');
        return new Map([
          ['bulk:gone', 1],
          ['bulk:kept', 2],
        ]);
      };
      expect(await cache.getOrSetMany(['bulk:gone', 'bulk:kept'], load)).toEqual([1, 2]);
      expect(await cache.getMany(['bulk:gone', 'bulk:kept'])).toEqual([undefined, 2]);
    });
  });
}

export function removal(open: Open): void {
  describe('removal', () => {
    it('by key counts what was there', async () => {
      const { cache } = open();
      await cache.set('removal:a', 1);
      await cache.set('removal:b', null);
      expect(await cache.delete('removal:a', 'removal:b', 'removal:c')).toBe(2);
      expect(await cache.delete('removal:a')).toBe(0);
      expect(await cache.delete()).toBe(0);
    });

    it('by pattern takes what matches, and only counts in a dry run', async () => {
      const { cache } = open();
      for (const id of ['1', '2', '*'])
        await cache.set(['pattern', id, 'profile'], id, { tags: ['pattern'] });
      await cache.set('pattern-other:1', 'stays');
      expect(await cache.deletePattern('pattern:*', { dryRun: true })).toBe(3);
      expect(await cache.deletePattern('pattern:\\*:*')).toBe(1);
      expect(await cache.deletePattern('pattern:?:profile')).toBe(2);
      expect(await cache.get('pattern-other:1')).toBe('stays');
    });
  });
}
