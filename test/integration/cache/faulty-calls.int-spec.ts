import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { InvalidKeyError } from '../../../src/common/keys/key.errors.js';
import type { CacheEntryOptions } from '../../../src/cache/entry/entry-options.js';
import type { LoadContext } from '../../../src/cache/load/load-context.js';
import { startRedis } from '../../../src/testing/start-redis.js';
import type { TestRedis } from '../../../src/testing/test-redis.js';
import { openCache, type OpenCache } from '../../support/cache.js';
import { until } from '../../support/until.js';

const tagged = (...tags: unknown[]) => ({ tags }) as CacheEntryOptions;

describe('calls of the cache', () => {
  let redis: TestRedis;
  let opened: OpenCache;
  beforeAll(async () => {
    redis = await startRedis();
    opened = await openCache(redis.url, { options: { timeout: '10s' } });
  });
  afterEach(() => redis.resume());
  afterAll(async () => {
    await opened?.close();
    await redis?.stop();
  });

  const BAD_TAGS = [
    tagged(undefined),
    tagged(''),
    tagged(7),
    { tags: 'users' } as unknown as CacheEntryOptions,
  ];

  it.each(BAD_TAGS)('with tags that are none are refused, and leave nothing behind (%j)', async (options) => {
    const { cache, engine } = opened;
    const refused = { code: expect.stringMatching(/^E_(KEY|OPTIONS)_INVALID$/) };
    await expect(cache.set('bad', 1, options)).rejects.toMatchObject(refused);
    await expect(cache.getOrSet('bad', () => 1, options)).rejects.toMatchObject(refused);
    const load = () => Promise.resolve(new Map([['bad', 1]]));
    await expect(cache.getOrSetMany(['bad'], load, options)).rejects.toMatchObject(refused);
    expect(engine.backlog.isBehind).toBe(false);
    expect(await cache.has('bad')).toBe(false);
  });

  it('with a bad tag end nothing while Redis is away', async () => {
    await redis.freeze();
    const unhandled: unknown[] = [];
    const note = (error: unknown) => unhandled.push(error);
    process.on('unhandledRejection', note);
    await expect(opened.cache.getOrSet('bad', () => 1, tagged(undefined))).rejects.toThrow(InvalidKeyError);
    await expect(opened.cache.getOrSet('cold', () => 1)).resolves.toBe(1);
    process.off('unhandledRejection', note);
    expect(unhandled).toEqual([]);
  });

  it.each([
    ...[-1, 1.5, NaN, '10%'].map((jitter) => ({ jitter })),
    ...[{ l1: 'yes' }, { as: 'User' }, { version: {} }, { compress: 1 }, { schema: {} }, { codec: JSON }],
    ...[{ entity: ['user'] }, { tags: 'users' }, { tll: '1m' }, 'no options', null],
  ])('with the options %j are refused, and say which is wrong', async (bad) => {
    const options = bad as CacheEntryOptions;
    const refused = {
      code: 'E_OPTIONS_INVALID',
      problems: [{ path: typeof bad === 'object' && bad !== null ? Object.keys(bad)[0] : 'options' }],
    };
    for (const call of [
      () => opened.cache.set('refused', 1, options),
      () => opened.cache.getOrSet('refused', () => 1, options),
      () => opened.cache.get('refused', options),
    ])
      await expect(call()).rejects.toMatchObject(refused);
  });

  it('for several entries find what the process keeps although Redis does not answer for the rest', async () => {
    const own = await openCache(redis.url);
    const { cache } = own;
    await cache.set('warm', 1);
    await until(async () => (await cache.get('warm')) === 1 && cache.stats().l1Hits > 0);
    await redis.freeze();
    expect(await cache.getMany(['warm', 'cold'])).toEqual([1, undefined]);
    const asked: unknown[] = [];
    const load = (missing: unknown[]) => {
      asked.push(...missing);
      return Promise.resolve(new Map([['cold', 2]]));
    };
    expect(await cache.getOrSetMany(['warm', 'cold'], load)).toEqual([1, 2]);
    expect(asked).toEqual(['cold']);
    await redis.resume();
    await own.close();
  });

  it('that store what the server has no room for leave nothing of what was there', async () => {
    const { cache, client } = opened;
    await cache.set('full', 'old');
    await client.config('SET', 'maxmemory', '1');
    await cache.set('full', 'new');
    await client.config('SET', 'maxmemory', '0');
    expect(await cache.get('full')).toBeUndefined();
  });

  const LOADERS: Record<string, (context: LoadContext) => number> = {
    'a rest parameter': (...all) => (all[0].setTags('late'), 1),
    'its arguments': function () {
      // eslint-disable-next-line prefer-rest-params -- older code takes what it is given like this
      (arguments[0] as LoadContext).setTags('late');
      return 1;
    },
  };

  it.each(Object.entries(LOADERS))(
    'with a loader that takes its context by %s store its value',
    async (way, load) => {
      const { cache } = opened;
      expect(await cache.getOrSet(way, load)).toBe(1);
      expect(await cache.has(way)).toBe(true);
      await cache.invalidateTags('late');
      expect(await cache.has(way)).toBe(false);
    },
  );
});
