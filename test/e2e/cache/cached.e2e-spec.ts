import type { INestApplicationContext } from '@nestjs/common';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CacheService } from '../../../src/cache/cache.service.js';
import { SuiteEvents } from '../../../src/common/events.js';
import { startRedis } from '../../../src/testing/start-redis.js';
import type { TestRedis } from '../../../src/testing/test-redis.js';
import { openCacheApp } from '../../support/cache-app.js';
import { Admins, SameKeyAdmins, Users } from '../../support/cached-users.js';

describe('@Cached and @InvalidateCache on providers', () => {
  let redis: TestRedis;
  let app: INestApplicationContext;

  beforeAll(async () => {
    redis = await startRedis();
    app = await openCacheApp({ url: redis.url, providers: [Users, Admins, SameKeyAdmins] });
  });
  afterAll(async () => {
    await app?.close();
    await redis?.stop();
  });

  it('answers the second call from the cache, for equal arguments only', async () => {
    const users = app.get(Users);
    const first = await users.find(1);
    expect(await users.find(1)).toBe(first);
    expect(await users.indirect(1)).toBe(first);
    const others = [
      users.find('1'),
      users.find(1n),
      users.find(1, { active: true }),
      users.find(1, { active: false }),
    ];
    expect(new Set([first, ...(await Promise.all(others))]).size).toBe(5);
  });

  it('keeps null, and tells caches apart in statistics', async () => {
    const users = app.get(Users);
    expect([await users.byId(-1), await users.byId(-1)]).toEqual([null, null]);
    expect(app.get(CacheService).stats().caches['users']).toMatchObject({ hits: 1, loads: 1 });
    expect(await app.get(CacheService).has(['user', -1])).toBe(true);
  });

  it('invalidates by key of the result, by tag before, by pattern, and not when the method failed', async () => {
    const users = app.get(Users);
    const read = async () => (await users.byId(7))?.run;
    const first = await read();
    await expect(users.update(0)).rejects.toThrow(RangeError);
    expect(await read()).toBe(first);
    await users.update(7);
    const second = await read();
    expect(second).not.toBe(first);
    await expect(users.updateTagged(7)).rejects.toThrow('failed after');
    const third = await read();
    expect(third).not.toBe(second);
    const reported: string[] = [];
    app.get(SuiteEvents).on('suite:error', ({ where }) => reported.push(where));
    expect(await users.remove(7)).toBeNull();
    expect(reported).toEqual(['@InvalidateCache on Users.remove']);
    expect(await read()).not.toBe(third);
  });

  it('asks condition before and unless after', async () => {
    const users = app.get(Users);
    users.runs = 0;
    expect([await users.conditional(-1), users.runs]).toEqual([1, 1]);
    users.runs = 0;
    expect([await users.conditional(1), await users.conditional(1), await users.conditional(1)]).toEqual([
      1, 2, 2,
    ]);
  });

  it('lets an error through, after one run', async () => {
    const users = app.get(Users);
    users.runs = 0;
    await expect(users.failing()).rejects.toThrow(new RangeError('database away'));
    expect(users.runs).toBe(1);
  });

  it.each([
    ['observable', 'an Observable'],
    ['file', 'a StreamableFile'],
    ['stream', 'a stream'],
    ['iterator', 'an asynchronous iterator'],
  ] as const)('refuses a result that is a %s', async (kind, found) => {
    await expect(app.get(Users).streaming(kind)).rejects.toMatchObject({
      code: 'E_CACHE_RESULT',
      message: expect.stringContaining(`Users.streaming is @Cached and returned ${found}`),
    });
  });

  it('keeps an override and what it overrides apart, also when they share a key', async () => {
    const admins = app.get(Admins);
    expect(await admins.find(3)).toMatch(/^admin number 3/);
    expect(await admins.byId(3)).toMatchObject({ id: -3 });
    expect(await admins.byId(3)).toMatchObject({ id: -3 });
    expect(await app.get(SameKeyAdmins).byId(1234)).toMatchObject({ id: 1234 });
  });
});
