import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startRedis } from '../../../src/testing/start-redis.js';
import { startTcpProxy, type TcpProxy } from '../../../src/testing/tcp-proxy.js';
import type { TestRedis } from '../../../src/testing/test-redis.js';
import { openCache, type OpenCache } from '../../support/cache.js';
import { until } from '../../support/until.js';

type Ask = (cache: OpenCache['cache']) => Promise<unknown>;

const WAYS: [string, Ask][] = [
  ['delete', (cache) => cache.delete('k')],
  ['invalidateTags', (cache) => cache.invalidateTags('t')],
  ['deletePattern', (cache) => cache.deletePattern('k*')],
  ['clear', (cache) => cache.clear()],
];

describe('the cache when Redis is back', () => {
  let redis: TestRedis;
  let proxy: TcpProxy;
  const opened: OpenCache[] = [];

  beforeAll(async () => {
    redis = await startRedis();
    proxy = await startTcpProxy({ target: redis.url });
  });
  afterAll(async () => {
    proxy?.resume();
    await Promise.all(opened.map(({ close }) => close()));
    await proxy?.stop();
    await redis?.stop();
  });

  async function open(options: Parameters<typeof openCache>[1] = {}): Promise<OpenCache> {
    const cache = await openCache(proxy.url, { namespace: `r${randomUUID()}`, ...options });
    opened.push(cache);
    return cache;
  }

  async function away(work: () => Promise<unknown>): Promise<void> {
    proxy.drop({ refuseNew: true });
    await work();
    proxy.resume();
  }

  const isBack = ({ gateway }: OpenCache) => until(() => gateway.availability.state === 'ready');

  // Checked by letting reads through although removals are queued: 'old' is read where the removal takes several round
  // trips, which is why there is so much to remove.
  it.each(WAYS)('has not read what %s was asked for meanwhile', async (_, ask) => {
    const here = await open();
    const { cache, events } = here;
    const states: string[] = [];
    events.on('cache:backlog', ({ state }) => states.push(state));
    await cache.set('k', 'old', { tags: ['t'] });
    await cache.setMany(Array.from({ length: 5_000 }, (_, id) => ({ key: `k${id}`, value: id })));
    const seen = new Set<unknown>();
    await away(async () => {
      await expect(ask(cache)).rejects.toMatchObject({ code: 'E_CACHE_UNAVAILABLE', isQueued: true });
      await expect(ask(cache)).rejects.toMatchObject({ isQueued: true });
    });
    await until(async () => {
      seen.add(await cache.getOrSet('k', () => 'new', { tags: ['t'] }));
      return cache.has('k');
    });
    seen.add(await cache.get('k'));
    expect(seen).toEqual(new Set(['new']));
    expect(states).toEqual(['queued', 'applied']);
  });

  it('has not read what a set replaced meanwhile', async () => {
    const here = await open();
    await here.cache.set('k', 'old');
    await away(() => here.cache.set('k', 'new'));
    const seen = new Set<unknown>();
    await until(async () => {
      seen.add(await here.cache.getOrSet('k', () => 'newer'));
      return here.cache.has('k');
    });
    expect(seen).toEqual(new Set(['newer']));
  });

  it('has invalidated what was deferred meanwhile, for other processes too', async () => {
    const [here, there] = [await open(), await openCache(redis.url, { namespace: 'shared' })];
    opened.push(there);
    const shared = await open({ namespace: 'shared' });
    await there.cache.set('k', 'old', { tags: ['t'] });
    await away(() => shared.cache.deferInvalidations(() => shared.cache.invalidateTags('t')));
    await until(async () => (await there.cache.get('k')) === undefined);
    await isBack(here);
  });

  it('has removed everything when there was too much to remember', async () => {
    const here = await open();
    const states: string[] = [];
    here.events.on('cache:backlog', ({ state }) => states.push(state));
    await here.cache.set('untouched', 'old');
    await away(async () => {
      const keys = Array.from({ length: 10_001 }, (_, id) => ['many', id]);
      await expect(here.cache.delete(...keys)).rejects.toMatchObject({ isQueued: true });
      expect(here.engine.backlog.size).toBe(1);
    });
    await until(() => !here.engine.backlog.isBehind);
    expect(await here.cache.has('untouched')).toBe(false);
    expect(states).toEqual(['overflowed', 'applied']);
  });

  it('is told what was lost when the application ends before', async () => {
    const here = await open();
    const told: unknown[] = [];
    here.events.on('cache:backlog', (backlog) => told.push(backlog));
    await away(async () => {
      await expect(here.cache.delete('a', 'b')).rejects.toMatchObject({ isQueued: true });
      await here.engine.backlog.close(10);
    });
    expect(told).toEqual([
      { state: 'queued', count: 2 },
      { state: 'lost', count: 2 },
    ]);
  });

  it('does not repeat for ever what the server refuses', async () => {
    const here = await open();
    const { client } = await open();
    await client.call(
      'ACL',
      'SETUSER',
      'reader',
      'on',
      'nopass',
      '~*',
      '+@all',
      '-unlink',
      '-evalsha',
      '-eval',
    );
    await here.client.call('AUTH', 'reader', 'x');
    await expect(here.cache.invalidateTags('t')).rejects.toMatchObject({ isQueued: false });
    expect(here.engine.backlog.isBehind).toBe(false);
  });
});

describe('the cache on a server that is frozen', () => {
  let redis: TestRedis;
  let opened: OpenCache | undefined;
  beforeAll(async () => (redis = await startRedis()));
  afterAll(async () => {
    await redis?.resume();
    await opened?.close();
    await redis?.stop();
  });

  // A command may take a minute here: with that for a limit none of these calls would come back in the test's time.
  it('loads without waiting for the limit of commands, at whichever step it freezes', async () => {
    opened = await openCache(redis.url, { connection: { commandTimeout: '1m' } });
    const { cache, engine } = opened;
    await redis.freeze();
    expect(await cache.getOrSet('cold', () => 'loaded', { tags: ['t'] })).toBe('loaded');
    expect(await cache.get('cold')).toBeUndefined();
    await redis.resume();
    await until(async () => (await cache.getOrSet('warm', () => 1)) === 1 && cache.has('warm'));
    const load = async () => {
      await redis.freeze();
      return 'loaded';
    };
    expect(await cache.getOrSet('halfway', load)).toBe('loaded');
    await redis.resume();
    await until(() => cache.has('halfway'));
    expect(engine.backlog.isBehind).toBe(false);
  });
});
