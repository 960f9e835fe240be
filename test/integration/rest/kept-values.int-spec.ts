import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { RedisGateway } from '../../../src/connection/redis-gateway.js';
import { openCache, type OpenCache } from '../../support/cache.js';
import { HandClock } from '../../support/hand-clock.js';
import { startRest, type RestServers } from '../../support/rest.js';
import { until } from '../../support/until.js';

describe('values kept in the process over REST, where nobody tells of changes', () => {
  let servers: RestServers;
  let opened: OpenCache | undefined;
  beforeAll(async () => (servers = await startRest()));
  afterEach(() => opened?.close());
  afterAll(() => servers?.stop());

  /** Opens a cache that keeps a value which somebody else has changed since. */
  async function openBehind(l1: true | { ttl: '1h' | '500ms' }): Promise<OpenCache & { clock: HandClock }> {
    const clock = new HandClock();
    const here = (opened = await openCache(servers.target, { clock, options: { l1, ttl: '1h' } }));
    const { cache, client, redisKey } = here;
    await cache.set('k', 'old');
    await until(async () => (await cache.get('k')) === 'old' && cache.stats().l1Hits > 0);
    await client.set(redisKey('k'), '"new"');
    return { ...here, clock };
  }

  it('are served for two seconds at most, and the statistics say so', async () => {
    const { cache, clock } = await openBehind(true);
    expect(cache.stats().l1).toMatchObject({ coherence: 'ttl', entries: 1 });
    await clock.move(1_999);
    expect(await cache.get('k')).toBe('old');
    await clock.move(1);
    expect(await cache.get('k')).toBe('new');
  });

  it('are served for as long as the options say if that is shorter', async () => {
    const long = await openBehind({ ttl: '1h' });
    await long.clock.move(2_000);
    expect(await long.cache.get('k')).toBe('new');
    await long.close();
    const short = await openBehind({ ttl: '500ms' });
    await short.clock.move(499);
    expect(await short.cache.get('k')).toBe('old');
    await short.clock.move(1);
    expect(await short.cache.get('k')).toBe('new');
  });

  it('are served for as long as the entry says', async () => {
    const { cache, clock } = await openBehind(true);
    await clock.move(300);
    expect(await cache.get('k', { l1: { ttl: '301ms' } })).toBe('old');
    expect(await cache.get('k', { l1: { ttl: '300ms' } })).toBe('new');
  });

  // Seen to fail when the time counts from when the value is kept.
  it('are as old as their read, however long it takes until they are kept', async () => {
    const clock = new HandClock();
    const held: (() => void)[] = [];
    const between = (gateway: RedisGateway): RedisGateway =>
      new Proxy(gateway, {
        get: (target, name) => {
          const member: unknown = Reflect.get(target, name, target);
          if (typeof member !== 'function') return member;
          if (name !== 'sendMany') return member.bind(target) as unknown;
          return async (...args: unknown[]): Promise<unknown> => {
            if (held.length === 0) await new Promise<void>((resolve) => held.push(resolve));
            return Reflect.apply(member, target, args) as unknown;
          };
        },
      });
    opened = await openCache(servers.target, { clock, between, options: { ttl: '1h' } });
    const { cache, client, redisKey } = opened;
    await cache.set('k', 'old');
    expect(await cache.get('k')).toBe('old');
    await client.set(redisKey('k'), '"new"');
    await until(() => held.length > 0);
    await clock.move(1_999);
    held[0]!();
    await until(() => cache.stats().l1.entries === 1);
    expect(await cache.get('k')).toBe('old');
    await clock.move(1);
    expect(await cache.get('k')).toBe('new');
  });

  it('follow what the process itself changes at once', async () => {
    const { cache } = await openBehind(true);
    await cache.set('k', 'own');
    expect(await cache.get('k')).toBe('own');
    await cache.delete('k');
    expect(await cache.get('k')).toBeUndefined();
  });
});
