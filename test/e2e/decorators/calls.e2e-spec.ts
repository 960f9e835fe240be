import { randomUUID } from 'node:crypto';
import { Injectable, type INestApplicationContext } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CacheService } from '../../../src/cache/cache.service.js';
import { Cached } from '../../../src/cache/decorators/cached.decorator.js';
import { InvalidateCache } from '../../../src/cache/decorators/invalidate-cache.decorator.js';
import { SuiteEvents } from '../../../src/common/events.js';
import { WithLock } from '../../../src/lock/with-lock.decorator.js';
import { RateLimit } from '../../../src/rate-limit/calls/rate-limit.decorator.js';
import { RedisModule } from '../../../src/redis.module.js';
import { startRedis } from '../../../src/testing/start-redis.js';
import type { TestRedis } from '../../../src/testing/test-redis.js';
import { Decorated, DECORATORS, heldResource, type DecoratorName } from '../../support/four-decorators.js';

const key = (call: { getArgByIndex(index: number): unknown }) => String(call.getArgByIndex(0));

@Injectable()
class Shop extends Decorated {}

const [CACHED, INVALIDATING, LIMITED, LOCKED] = ['cached', 'invalidating', 'limited', 'locked'].map(Symbol);
const FIND = Symbol.for('find');

@Injectable()
class BySymbol {
  runs = 0;

  @Cached()
  async [CACHED!](id: string): Promise<string> {
    return Promise.resolve(`${id} ${++this.runs}`);
  }
  @InvalidateCache({ tags: ['by-symbol'] })
  async [INVALIDATING!](id: string): Promise<string> {
    return Promise.resolve(id);
  }
  @RateLimit({ limit: 1, window: '1h', key })
  async [LIMITED!](id: string): Promise<string> {
    return Promise.resolve(id);
  }
  @WithLock('by-symbol:{id}')
  async [LOCKED!](id: string): Promise<string> {
    return Promise.resolve(`${id} ${heldResource()}`);
  }
  @Cached({ tags: ['by-symbol'] })
  async [FIND](id: string): Promise<string> {
    return Promise.resolve(`${id} ${++this.runs}`);
  }
}

@Injectable()
class Kinds {
  readonly #runs = { cached: 0, limited: 0 };

  @Cached()
  async generic<T>(value: T, ...more: T[]): Promise<{ value: T; count: number; run: number }> {
    return Promise.resolve({ value, count: more.length, run: ++this.#runs.cached });
  }
  @Cached({ key: 'kinds:{0.id}:{page}' })
  promise({ id }: { id: string }, page = 1): Promise<string> {
    return Promise.resolve(`${id} ${page} ${++this.#runs.cached}`);
  }
  @RateLimit({ limit: 2, window: '1h', key })
  sync(id: string): string {
    return `${id} ${++this.#runs.limited}`;
  }
  @Cached({ key: 'fleeting' })
  @InvalidateCache({ keys: ['fleeting'] })
  async fleeting(): Promise<number> {
    return Promise.resolve(++this.#runs.cached);
  }
  @WithLock('self')
  @WithLock('self', { wait: 20 })
  async waitsForItself(): Promise<void> {}
  @WithLock('kinds:{0.id}')
  nested({ id }: { id: string }): Promise<string> {
    return this.inner(id);
  }
  @WithLock('inner:{id}')
  async inner(id: string): Promise<string> {
    return Promise.resolve(`${id} ${heldResource()}`);
  }
}

/** Overrides what is decorated by what is decorated as well. */
@Injectable()
class Redecorated extends Decorated {
  @Cached({ key: 'outer:{id}' })
  override async cached(id: string): Promise<number> {
    return super.cached(id);
  }
  @InvalidateCache({ keys: ['outer:{id}'] })
  override async invalidating(id: string): Promise<string> {
    return super.invalidating(id);
  }
  @RateLimit({ name: 'outer', limit: 2, window: '1h', key })
  override async limited(id: string): Promise<string> {
    return super.limited(id);
  }
  @WithLock('outer:{id}')
  override async locked(id: string): Promise<string> {
    return `${heldResource()}, ${await super.locked(id)}`;
  }
}

/** Makes a class with the four decorators on one method, the first on top. */
function stacked(order: readonly DecoratorName[]) {
  const id = order.join('-');
  const made: Record<DecoratorName, unknown> = {
    '@Cached': Cached({ key: ['stacked', id].join(':') }),
    '@InvalidateCache': InvalidateCache({ keys: ['stacked:kept'] }),
    '@RateLimit': RateLimit({ name: id.replaceAll('@', ''), limit: 2, window: '1h', key: () => 'all' }),
    '@WithLock': WithLock(`stacked:${id}`),
  };
  const [first, second, third, fourth] = order.map((name) => made[name] as MethodDecorator);
  @Injectable()
  class Stacked {
    runs = 0;
    @(first!) @(second!) @(third!) @(fourth!) async run(): Promise<string> {
      return Promise.resolve(`${++this.runs} ${heldResource()}`);
    }
  }
  return Stacked;
}

function permutations<T>(items: readonly T[]): T[][] {
  if (items.length === 0) return [[]];
  return items.flatMap((item) =>
    permutations(items.filter((other) => other !== item)).map((rest) => [item, ...rest]),
  );
}
const ORDERS = permutations(DECORATORS).map((order) => ({ order, type: stacked(order) }));

describe('calls of decorated methods', () => {
  let redis: TestRedis;
  let app: INestApplicationContext;

  beforeAll(async () => {
    redis = await startRedis();
    const module = await Test.createTestingModule({
      imports: [RedisModule.forRoot({ connection: redis.url, namespace: randomUUID() })],
      providers: [Shop, BySymbol, Kinds, Redecorated, ...ORDERS.map(({ type }) => type)],
    }).compile();
    app = await module.init();
  });
  afterAll(async () => {
    await app?.close();
    await redis?.stop();
  });

  describe.each<[string, unknown]>([
    ['undefined', undefined],
    ['null', null],
    ['a number', 5],
    ['an object without a prototype', Object.create(null)],
    ['an instance that Nest did not make', new Shop()],
  ])('on %s as this', (_, self) => {
    const call = async (method: keyof Decorated) => {
      const taken = app.get(Shop)[method] as (this: unknown, id: string) => Promise<unknown>;
      return taken.call(self, 'wrong');
    };

    it('run without the cache, and not at all without the lock or the limit', async () => {
      expect(await call('cached')).not.toBe(await call('cached'));
      expect(await call('invalidating')).toBe('wrong');
      await expect(call('limited')).rejects.toMatchObject({ code: 'E_RATE_LIMIT_UNBOUND' });
      await expect(call('locked')).rejects.toMatchObject({ code: 'E_LOCK_CONTEXT' });
    });
  });

  it('work on methods named by symbols', async () => {
    const shop = app.get<Record<symbol, (id: string) => Promise<unknown>>>(BySymbol);
    const first = await shop[CACHED!]!('1');
    expect(await shop[CACHED!]!('1')).toBe(first);
    const found = await shop[FIND]!('1');
    expect(await shop[FIND]!('1')).toBe(found);
    expect(found).not.toBe(first);
    await shop[INVALIDATING!]!('1');
    expect(await shop[FIND]!('1')).not.toBe(found);
    await shop[LIMITED!]!('1');
    await expect(shop[LIMITED!]!('1')).rejects.toMatchObject({
      decision: { policy: 'BySymbol.Symbol(limited)' },
    });
    expect(await shop[LOCKED!]!('1')).toBe('1 by-symbol:1');
  });

  it('hand over generic, rest, destructured and defaulted parameters, and private fields', async () => {
    const kinds = app.get(Kinds);
    const first = await kinds.generic('a', 'b', 'c');
    expect(first).toEqual({ value: 'a', count: 2, run: 1 });
    expect(await kinds.generic('a', 'b', 'c')).toEqual(first);
    expect(await kinds.generic('a', 'b')).toEqual({ value: 'a', count: 1, run: 2 });
    expect(await kinds.promise({ id: 'x' }, 2)).toBe('x 2 3');
    expect(await kinds.promise({ id: 'x' }, 2)).toBe('x 2 3');
  });

  it('answer a promise from a synchronous method under @RateLimit', async () => {
    const kinds = app.get(Kinds);
    const answers = [kinds.sync('1'), kinds.sync('1'), kinds.sync('1')] as unknown as Promise<string>[];
    const settled = await Promise.allSettled(answers);
    expect(settled.map(({ status }) => status).sort()).toEqual(['fulfilled', 'fulfilled', 'rejected']);
  });

  it('apply the decorators of an override and of what it calls by super', async () => {
    const [shop, cache] = [app.get(Redecorated), app.get(CacheService)];
    const stored = async () => [await cache.has('outer:1'), await cache.has('cached:1')];
    expect(await shop.cached('1')).toBe(await shop.cached('1'));
    expect(await stored()).toEqual([true, true]);
    await shop.invalidating('1');
    expect(await stored()).toEqual([false, false]);
    await shop.limited('1');
    for (const policy of ['Decorated.limited', 'outer'])
      await expect(shop.limited('1')).rejects.toMatchObject({ decision: { policy } });
    expect(await shop.locked('1')).toBe('outer:1, locked:1');
  });

  it('store no load that invalidates its own key', async () => {
    const kinds = app.get(Kinds);
    expect(await kinds.fleeting()).not.toBe(await kinds.fleeting());
  });

  it('let the inner call wait for the outer, when both name one lock', async () => {
    await expect(app.get(Kinds).waitsForItself()).rejects.toMatchObject({ code: 'E_LOCK_TIMEOUT' });
  });

  it('hold the locks of both, when one locked method calls another', async () => {
    expect(await app.get(Kinds).nested({ id: '1' })).toBe('1 inner:1');
  });

  it.each(ORDERS)(
    'do on a hit what stands above @Cached, on a load everything: $order',
    async ({ order, type }) => {
      const events = app.get(SuiteEvents);
      const seen: DecoratorName[] = [];
      const stop = [
        events.on('cache:invalidated', () => seen.push('@InvalidateCache')),
        events.on('rate-limit:allowed', () => seen.push('@RateLimit')),
        events.on('lock:acquired', () => seen.push('@WithLock')),
      ];
      const stacked = app.get(type);
      const first = await stacked.run();
      expect(first).toBe(`1 stacked:${order.join('-')}`);
      expect([...seen].sort()).toEqual(['@InvalidateCache', '@RateLimit', '@WithLock']);
      seen.length = 0;
      expect(await stacked.run()).toBe(first);
      expect([...seen].sort()).toEqual(order.slice(0, order.indexOf('@Cached')).sort());
      stop.forEach((each) => each());
    },
  );
});
