import { Injectable, Scope, type INestApplicationContext, type Type } from '@nestjs/common';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { CacheWarmer } from '../../../src/cache/warming/cache-warmer.decorator.js';
import { CacheService } from '../../../src/cache/cache.service.js';
import { Cached } from '../../../src/cache/decorators/cached.decorator.js';
import type { WarmOptions, WarmProgress } from '../../../src/cache/warming/warm-progress.js';
import { InvalidOptionsError } from '../../../src/common/errors.js';
import { startRedis } from '../../../src/testing/start-redis.js';
import type { TestRedis } from '../../../src/testing/test-redis.js';
import { openCacheApp } from '../../support/cache-app.js';

@Injectable()
class Products {
  finds = 0;
  running = 0;
  mostRunning = 0;

  @Cached({ key: 'product:{id}' })
  async find(id: number): Promise<{ id: number }> {
    this.finds++;
    this.mostRunning = Math.max(this.mostRunning, ++this.running);
    await new Promise((resolve) => setTimeout(resolve, 5));
    this.running--;
    if (id === 3) throw new Error('no such product');
    return { id };
  }

  @CacheWarmer('products')
  async *warm(): AsyncGenerator<() => Promise<unknown>> {
    for (let id = 1; id <= 6; id++) {
      await Promise.resolve();
      yield () => this.find(id);
    }
  }

  @CacheWarmer('listed')
  warmListed(): Promise<(() => Promise<unknown>)[]> {
    return Promise.resolve([7, 8].map((id) => () => this.find(id)));
  }

  @CacheWarmer('plain')
  @Cached({ key: 'all-products' })
  async all(): Promise<number[]> {
    this.finds++;
    return Promise.resolve([1, 2, 3]);
  }

  @CacheWarmer('broken')
  *breaks(): Generator<() => unknown> {
    yield () => 1;
    throw new Error('the database is away');
  }
}

describe('warming', () => {
  let redis: TestRedis;
  let app: INestApplicationContext | undefined;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterEach(() => app?.close());
  afterAll(() => redis?.stop());

  async function open(...providers: Type[]) {
    app = await openCacheApp({ url: redis.url, providers });
    const cache = app.get(CacheService);
    const warm = async (names?: string | string[], options?: WarmOptions) => {
      const all: WarmProgress[] = [];
      for await (const progress of cache.warm(names, options)) all.push(progress);
      return all;
    };
    return { cache, warm, products: app.get(Products) };
  }

  it('runs the steps of a generator a few at a time, and tells of each', async () => {
    const { cache, warm, products } = await open(Products);
    const progress = await warm('products', { concurrency: 2 });
    expect(progress).toHaveLength(7);
    expect(progress.at(-1)).toEqual({ warmer: 'products', done: 5, failed: 1, finished: true });
    expect(progress.filter(({ error }) => error).map(({ error }) => error?.message)).toEqual([
      'no such product',
    ]);
    expect(progress.map(({ done, failed }) => done + failed)).toEqual([1, 2, 3, 4, 5, 6, 6]);
    expect(products.mostRunning).toBe(2);
    expect(await cache.get('product:6')).toEqual({ id: 6 });
    expect(await cache.has('product:3')).toBe(false);
  });

  it('finds the cache warm the second time', async () => {
    const { warm, products } = await open(Products);
    await warm(['listed']);
    await warm(['listed']);
    expect(products.finds).toBe(2);
  });

  it('takes a method that returns values as one step', async () => {
    const { cache, warm } = await open(Products);
    expect(await warm('plain')).toEqual([
      { warmer: 'plain', done: 1, failed: 0, finished: false },
      { warmer: 'plain', done: 1, failed: 0, finished: true },
    ]);
    expect(await cache.get('all-products')).toEqual([1, 2, 3]);
  });

  it('goes on with the other warmers when one breaks off', async () => {
    const { warm } = await open(Products);
    const ends = (await warm()).filter(({ finished }) => finished);
    expect(ends).toEqual([
      { warmer: 'products', done: 5, failed: 1, finished: true },
      { warmer: 'listed', done: 2, failed: 0, finished: true },
      { warmer: 'plain', done: 1, failed: 0, finished: true },
      { warmer: 'broken', done: 1, failed: 1, finished: true },
    ]);
  });

  it('starts no more steps once nobody listens', async () => {
    const { cache, products } = await open(Products);
    for await (const { done } of cache.warm('products', { concurrency: 1 })) if (done === 2) break;
    expect(products.running).toBe(0);
    expect(products.finds).toBeLessThan(6);
  });

  it('names the warmers there are when asked for another', async () => {
    const { warm } = await open(Products);
    await expect(warm(['products', 'prodcuts'])).rejects.toThrow(
      'prodcuts: is no cache warmer; there are products, listed, plain, broken',
    );
    await expect(warm('products', { concurrency: 0 })).rejects.toThrow(InvalidOptionsError);
  });

  it('refuses two warmers of one name, and request-scoped ones, at boot', async () => {
    @Injectable({ scope: Scope.REQUEST })
    class Requested {
      @CacheWarmer('a')
      warm(): void {}
    }
    @Injectable()
    class First {
      @CacheWarmer('b')
      warm(): void {}
    }
    @Injectable()
    class Second {
      @CacheWarmer('b')
      warm(): void {}
    }
    const booting = open(Requested, First, Second);
    await expect(booting).rejects.toThrow('Requested.warm: is @CacheWarmer in a request-scoped class');
    await expect(booting).rejects.toThrow("Second.warm: is the cache warmer 'b', and so is First.warm");
  });

  it('refuses an empty name at class definition', () => {
    expect(() => {
      class Bad {
        @CacheWarmer(' ')
        warm(): void {}
      }
      return Bad;
    }).toThrow(InvalidOptionsError);
  });
});
