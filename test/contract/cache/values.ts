import { describe, expect, it } from '@jest/globals';
import { until } from '../../support/until.js';
import type { Open } from './cache-maker.js';

export function values(open: Open): void {
  describe('values', () => {
    it('come back as they were set', async () => {
      const { cache } = open();
      const value = { at: new Date(5), by: new Map([['a', 1n]]), none: undefined, list: [null, -0] };
      await cache.set('values:rich', value);
      expect(await cache.get('values:rich')).toStrictEqual(value);
    });

    it('are found by has and ttl as what they were stored with', async () => {
      const { cache } = open();
      const options = { version: 2 };
      await cache.set('values:versioned', 1, options);
      expect(await cache.has('values:versioned', options)).toBe(true);
      expect(await cache.ttl('values:versioned', options)).toBeGreaterThan(0);
      expect(await cache.has('values:versioned')).toBe(false);
    });

    it('are plain JSON in Redis when JSON is faithful', async () => {
      const { cache, client, redisKey } = open();
      await cache.set(['values', 'plain'], { id: 1, name: 'Ä' });
      expect(await client.get(redisKey('values:plain'))).toBe('{"id":1,"name":"Ä"}');
    });

    it('null and undefined are values, a miss is neither', async () => {
      const { cache } = open();
      await cache.set('values:null', null);
      await cache.set('values:undefined', undefined);
      expect(await cache.get('values:null')).toBeNull();
      expect(await cache.has('values:null')).toBe(true);
      expect(await cache.get('values:undefined')).toBeUndefined();
      expect(await cache.has('values:undefined')).toBe(true);
      expect(await cache.has('values:missing')).toBe(false);
    });

    it.each([[null], [undefined]])('a loader that returns %s runs once', async (value) => {
      const { cache } = open();
      let runs = 0;
      const load = () => cache.getOrSet(['values', 'negative', String(value)], () => (runs++, value));
      expect([await load(), await load(), runs]).toEqual([value, value, 1]);
    });

    it('equal keys are one key, however they are written', async () => {
      const { cache } = open();
      await cache.set(['values', 7], 'seven');
      expect(await cache.get('values:7')).toBe('seven');
      expect(await cache.get(['values', 7n])).toBe('seven');
      await cache.set(['values', 'a:b', 'c'], 1);
      expect(await cache.get(['values', 'a', 'b:c'])).toBeUndefined();
    });

    it('unreadable bytes are a counted miss, and are replaced', async () => {
      const { cache, client, redisKey } = open();
      for (const bytes of ['{"broken', '~{"codec":"rich"}\n{"$":"Nothing"}', '~~', '']) {
        await client.set(redisKey('values:broken'), bytes);
        const before = cache.stats().unreadable;
        expect(await cache.get('values:broken', { l1: false })).toBeUndefined();
        expect(cache.stats().unreadable).toBe(before + 1);
        expect(await cache.getOrSet('values:broken', () => 'mended')).toBe('mended');
        expect(await cache.get('values:broken')).toBe('mended');
      }
    });

    it('of a key that holds no string are loaded and leave it alone', async () => {
      const { cache, client, redisKey } = open();
      await client.rpush(redisKey('values:list'), 'x');
      expect(await cache.getOrSet('values:list', () => 'loaded')).toBe('loaded');
      expect(await client.llen(redisKey('values:list'))).toBe(1);
    });

    it('that cannot be stored are refused by set and only reported by getOrSet', async () => {
      const { cache } = open();
      const value = { run: () => 1 };
      await expect(cache.set('values:function', value)).rejects.toMatchObject({ code: 'E_CACHE_CODEC' });
      expect(await cache.getOrSet('values:function', () => value)).toBe(value);
      expect(await cache.has('values:function')).toBe(false);
    });
  });
}

export function expiry(open: Open): void {
  describe('ttl', () => {
    it('is five minutes unless said otherwise', async () => {
      const { cache } = open();
      await cache.set('ttl:default', 1);
      await cache.set('ttl:own', 1, { ttl: '10s' });
      expect(await cache.ttl('ttl:default')).toBeGreaterThan(290_000);
      expect(await cache.ttl('ttl:own')).toBeLessThanOrEqual(10_000);
      expect(await cache.ttl('ttl:missing')).toBeNull();
    });

    it('ends the entry', async () => {
      const { cache, client, redisKey } = open();
      await cache.set('ttl:over', 1);
      await client.pexpire(redisKey('ttl:over'), 1);
      await until(async () => !(await cache.has('ttl:over')));
      expect(await cache.getOrSet('ttl:over', () => 2)).toBe(2);
    });

    it('is shortened by jitter and set by the loader', async () => {
      const { cache } = open();
      await cache.set('ttl:jitter', 1, { ttl: '100s', jitter: 1 });
      expect(await cache.ttl('ttl:jitter')).toBeLessThan(100_000);
      await cache.getOrSet('ttl:loader', ({ setTtl }) => (setTtl('1h'), 1));
      expect(await cache.ttl('ttl:loader')).toBeGreaterThan(3_590_000);
    });

    it('does not matter for what the loader skips', async () => {
      const { cache } = open();
      expect(await cache.getOrSet('ttl:skipped', ({ skip }) => (skip(), 1))).toBe(1);
      expect(await cache.has('ttl:skipped')).toBe(false);
    });

    it('refuses what is no duration', async () => {
      await expect(open().cache.set('ttl:bad', 1, { ttl: '1 hour' as '1h' })).rejects.toMatchObject({
        code: 'E_OPTIONS_INVALID',
      });
    });
  });
}
