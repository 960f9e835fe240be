import { Injectable, type INestApplicationContext } from '@nestjs/common';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CacheService } from '../../../src/cache/cache.service.js';
import { Cached } from '../../../src/cache/decorators/cached.decorator.js';
import { defineEntities } from '../../../src/cache/entity/define-entities.js';
import { InvalidateCache } from '../../../src/cache/decorators/invalidate-cache.decorator.js';
import { startRedis } from '../../../src/testing/start-redis.js';
import type { TestRedis } from '../../../src/testing/test-redis.js';
import { openCacheApp } from '../../support/cache-app.js';

@Injectable()
class Assets {
  runs = 0;

  @Cached({ key: 'asset:{id}', entity: ['asset', '{id}'] })
  async find(id: number): Promise<number> {
    await Promise.resolve(id);
    return ++this.runs;
  }

  @Cached({ entity: ['creator', (id: number) => id] })
  async ofCreator(id: number): Promise<number> {
    await Promise.resolve(id);
    return ++this.runs;
  }

  @InvalidateCache({ entity: ['asset', '{result.id}'], action: 'create' })
  async upload(id: number): Promise<{ id: number }> {
    return Promise.resolve({ id });
  }

  @InvalidateCache({ entity: ['asset', (asset: { id: number }) => asset.id] })
  async update(asset: { id: number }): Promise<boolean> {
    return Promise.resolve(asset.id > 0);
  }

  async readBoth(id: number): Promise<number[]> {
    return [await this.find(id), await this.ofCreator(id)];
  }
}

@Injectable()
class Misspelt {
  @Cached({ entity: ['asst', '{id}'] })
  async find(id: number): Promise<number> {
    return Promise.resolve(id);
  }

  @InvalidateCache({ entity: ['creator', '{id}'] })
  @InvalidateCache({ entity: ['createor', '{id}'] })
  async update(id: number): Promise<number> {
    return Promise.resolve(id);
  }
}

const entities = defineEntities({
  creator: { ttl: '1h' },
  asset: { ttl: '30m', cascadesTo: [{ entity: 'creator', ids: (id) => [id], on: ['create'] }] },
});

describe('entities of decorators', () => {
  let redis: TestRedis;
  let app: INestApplicationContext;
  beforeAll(async () => {
    redis = await startRedis();
    app = await openCacheApp({ url: redis.url, providers: [Assets], cache: { entities } });
  });
  afterAll(async () => {
    await app?.close();
    await redis?.stop();
  });

  it('give entries their ttl', async () => {
    await app.get(Assets).find(1);
    expect(await app.get(CacheService).ttl('asset:1')).toBeGreaterThan(29 * 60_000);
  });

  it('are invalidated by the method that changes them, by its arguments or its result, as its action says', async () => {
    const assets = app.get(Assets);
    const [asset, creator] = await assets.readBoth(2);
    expect(await assets.readBoth(2)).toEqual([asset, creator]);
    await assets.update({ id: 2 });
    const [updated, untouched] = await assets.readBoth(2);
    expect(updated).not.toBe(asset);
    expect(untouched).toBe(creator);
    await assets.upload(2);
    const [again, touched] = await assets.readBoth(2);
    expect(again).not.toBe(updated);
    expect(touched).not.toBe(creator);
  });

  it('are invalidated when the transaction around the method has succeeded', async () => {
    const [assets, cache] = [app.get(Assets), app.get(CacheService)];
    const first = await assets.find(3);
    await expect(
      cache.deferInvalidations(async () => {
        await assets.update({ id: 3 });
        throw new RangeError('rolled back');
      }),
    ).rejects.toThrow('rolled back');
    expect(await assets.find(3)).toBe(first);
    await cache.deferInvalidations(() => assets.update({ id: 3 }));
    expect(await assets.find(3)).not.toBe(first);
  });

  it('must be defined when the application boots', async () => {
    const boot = openCacheApp({ url: redis.url, providers: [Misspelt], cache: { entities } });
    await expect(boot).rejects.toThrow(
      /Misspelt\.find: names no entity: 'asst'; there are: creator, asset[^]*Misspelt\.update: names no entity: 'createor'/,
    );
  });
});
