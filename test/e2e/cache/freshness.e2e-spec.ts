import { randomUUID } from 'node:crypto';
import { Controller, Get, Injectable, Param } from '@nestjs/common';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { Cached } from '../../../src/cache/decorators/cached.decorator.js';
import { CacheService } from '../../../src/cache/cache.service.js';
import { defineEntities } from '../../../src/cache/entity/define-entities.js';
import { RedisModule } from '../../../src/redis.module.js';
import { startRedis } from '../../../src/testing/start-redis.js';
import type { TestRedis } from '../../../src/testing/test-redis.js';
import { openCacheApp } from '../../support/cache-app.js';
import { openHttpApp, PLATFORMS } from '../../support/http-app.js';
import { until } from '../../support/until.js';

const ENTITIES = defineEntities({ product: { ttl: 1, staleIfError: '1h' } });
const DATABASE_AWAY = new Error('database away');

@Injectable()
class Catalogue {
  version = 1;
  isAway = false;

  @Cached({ key: 'method:{id}', ttl: 1, swr: '1h' })
  async byMethod(id: string): Promise<string> {
    return this.#find(id);
  }

  @Cached({ key: 'entity:{id}', entity: ['product', '{id}'] })
  async byEntity(id: string): Promise<string> {
    return this.#find(id);
  }

  @Cached({ key: 'module:{id}', ttl: 1 })
  async byModule(id: string): Promise<string> {
    return this.#find(id);
  }

  @Cached({ key: 'none:{id}', ttl: 1, staleIfError: false })
  async byNone(id: string): Promise<string> {
    return this.#find(id);
  }

  async #find(id: string): Promise<string> {
    await Promise.resolve();
    if (this.isAway) throw DATABASE_AWAY;
    return `${id} of ${this.version}`;
  }
}

@Controller('products')
class Products {
  constructor(private readonly catalogue: Catalogue) {}

  @Get(':id')
  find(@Param('id') id: string): Promise<string> {
    return this.catalogue.byMethod(id);
  }
}

describe('freshness in an application', () => {
  let redis: TestRedis;
  const ends: (() => Promise<unknown>)[] = [];
  beforeAll(async () => (redis = await startRedis()));
  afterEach(async () => {
    for (const end of ends.splice(0)) await end();
  });
  afterAll(() => redis?.stop());

  it('is set for a method, an entity and the module, and turned off by the narrower', async () => {
    const app = await openCacheApp({
      url: redis.url,
      providers: [Catalogue],
      cache: { entities: ENTITIES, staleIfError: '1h' },
    });
    ends.push(() => app.close());
    const catalogue = app.get(Catalogue);
    const calls = () => [catalogue.byMethod('a'), catalogue.byEntity('a'), catalogue.byModule('a')];
    await Promise.all([...calls(), catalogue.byNone('a')]);
    await new Promise((resolve) => setTimeout(resolve, 3));
    catalogue.isAway = true;
    expect(await Promise.all(calls())).toEqual(['a of 1', 'a of 1', 'a of 1']);
    await expect(catalogue.byNone('a')).rejects.toBe(DATABASE_AWAY);
  });

  it.each(PLATFORMS)('shows in X-Cache, on %s', async (platform) => {
    const suite = RedisModule.forRoot({
      connection: { url: redis.url },
      namespace: randomUUID(),
      cache: { exposeHeader: true, entities: ENTITIES },
    });
    const http = await openHttpApp(platform, {
      imports: [suite],
      controllers: [Products],
      providers: [Catalogue],
    });
    ends.push(() => http.close());
    const ask = async () => {
      const { headers, text } = await http.send('/products/a');
      return `${headers.get('x-cache')}: ${text}`;
    };
    expect(await ask()).toBe('miss: a of 1');
    await new Promise((resolve) => setTimeout(resolve, 3));
    http.app.get(Catalogue).version = 2;
    expect(await ask()).toBe('stale: a of 1');
    await until(async () => (await ask()).endsWith('a of 2'));
  });

  it('refuses what makes no sense at class definition and at boot', async () => {
    expect(() => {
      class Bad {
        @Cached({ softTimeout: '2s', hardTimeout: '1s', earlyRefresh: 2 })
        async find(): Promise<number> {
          return Promise.resolve(1);
        }
      }
      return Bad;
    }).toThrow(
      /earlyRefresh: must be a number above 0 and below 1[^]*softTimeout: must be shorter than 'hardTimeout'/,
    );
    expect(() => defineEntities({ product: { swr: 'soon' as '1s' } })).toThrow(
      /product\.swr: must be false, or/,
    );
    const boot = openCacheApp({ url: redis.url, cache: { errorTtl: 0, timeout: 0 } });
    await expect(boot).rejects.toThrow(/cache\.errorTtl[^]*cache\.timeout|cache\.timeout[^]*cache\.errorTtl/);
  });

  it('ends background loads at shutdown, so that other instances need not wait', async () => {
    const namespace = randomUUID();
    const app = await openCacheApp({ url: redis.url, namespace });
    ends.push(() => app.close());
    const cache = app.get(CacheService);
    const options = { swr: '1h' } as const;
    await cache.set('k', 'old', { ...options, ttl: 1 });
    await until(async () => !(await cache.has('k')));
    let signal: AbortSignal | undefined;
    const load = ({ signal: given }: { signal: AbortSignal }) => {
      signal = given;
      return new Promise<string>(() => undefined);
    };
    expect(await cache.getOrSet('k', load, options)).toBe('old');
    await until(() => signal !== undefined);
    await app.close();
    expect(signal?.aborted).toBe(true);
    const client = new Redis(redis.url);
    ends.push(() => client.quit());
    expect(await client.get(`${namespace}:cache:k`)).toMatch(/^~\{"fresh":\d+\}\n"old"$/);
  });
});
