import { randomUUID } from 'node:crypto';
import { Controller, Get, Injectable, Scope } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Cached } from '../../../src/cache/decorators/cached.decorator.js';
import { InvalidateCache } from '../../../src/cache/decorators/invalidate-cache.decorator.js';
import { InvalidOptionsError } from '../../../src/common/errors.js';
import { WithLock } from '../../../src/lock/with-lock.decorator.js';
import { RateLimit } from '../../../src/rate-limit/calls/rate-limit.decorator.js';
import { SkipRateLimit } from '../../../src/rate-limit/calls/skip-rate-limit.decorator.js';
import { RedisModule } from '../../../src/redis.module.js';
import { startRedis } from '../../../src/testing/start-redis.js';
import type { TestRedis } from '../../../src/testing/test-redis.js';
import { DECORATORS, type DecoratorName } from '../../support/four-decorators.js';

const hour = { window: '1h' } as const;
const key = () => 'everybody';

const OURS: Record<DecoratorName, MethodDecorator> = {
  '@Cached': Cached() as MethodDecorator,
  '@InvalidateCache': InvalidateCache({ tags: ['shop'] }) as MethodDecorator,
  '@RateLimit': RateLimit({ limit: 1, ...hour, key }),
  '@WithLock': WithLock('shop') as MethodDecorator,
};

/** Defines a class with a decorator on one method. */
function define(decorator: unknown): () => unknown {
  return () => {
    class Shop {
      @(decorator as MethodDecorator)
      async find(id: string): Promise<string> {
        return Promise.resolve(id);
      }
    }
    return Shop;
  };
}

function problemsOf(run: () => unknown): string[] {
  try {
    run();
  } catch (error) {
    if (error instanceof InvalidOptionsError) return error.problems.map(({ path }) => path);
    throw error;
  }
  return [];
}

describe('at class definition', () => {
  it.each(DECORATORS)('%s refuses a static method', (decorator) => {
    const ours = OURS[decorator];
    const misplaced = () => {
      class Shop {
        @ours
        static async open(): Promise<void> {}
      }
      return Shop;
    };
    expect(misplaced).toThrow(InvalidOptionsError);
    expect(misplaced).toThrow(
      `${decorator} on Shop.open: 1 option cannot be used.\n  - Shop.open: is a static method`,
    );
  });

  it.each(DECORATORS)('%s refuses an accessor', (decorator) => {
    const ours = OURS[decorator];
    const misplaced = () => {
      class Shop {
        @ours
        get name(): string {
          return '';
        }
      }
      return Shop;
    };
    expect(misplaced).toThrow(InvalidOptionsError);
    expect(misplaced).toThrow(
      `${decorator} on Shop.name: 1 option cannot be used.\n  - Shop.name: is no method`,
    );
  });

  it.each([
    ['@InvalidateCache, tags', () => InvalidateCache({ tags: ['shop:{sku}'] }), '{sku}'],
    ['@InvalidateCache, patterns', () => InvalidateCache({ patterns: ['shop:{2}:*'] }), '{2}'],
    ['@InvalidateCache, empty', () => InvalidateCache({ keys: ['shop:{}'] }), '{}'],
    ['@Cached, unclosed', () => Cached({ key: 'shop:{id' }), '{id'],
    ['@WithLock, after it ran', () => WithLock('shop:{result.id}'), 'result'],
  ])('refuses a wrong template: %s', (_, decorator, placeholder) => {
    expect(define(decorator())).toThrow(InvalidOptionsError);
    expect(define(decorator())).toThrow(placeholder);
  });

  it('lists every problem of a decorator in one error', () => {
    const cached = define(Cached({ ttl: '1 hour' as '1h', jitter: 2, tll: 5 } as { ttl: '1h' }));
    expect(problemsOf(cached).sort()).toEqual(['jitter', 'tll', 'ttl']);
    const invalidating = define(InvalidateCache({ keys: 5, when: 'later' } as unknown as { keys: [] }));
    expect(problemsOf(invalidating).sort()).toEqual(['keys', 'when']);
    const templates = { key: 'shop:{name}', tags: ['{a}', 'shops', '{b}'] };
    expect(problemsOf(define(Cached(templates)))).toEqual(['key', 'tags', 'tags']);
    const wrong = { keys: ['{a}', '{b}'], tags: ['{c}'], patterns: ['{d}:*', '{e}:*'] };
    expect(problemsOf(define(InvalidateCache(wrong)))).toEqual([
      'keys',
      'keys',
      'tags',
      'patterns',
      'patterns',
    ]);
    const limited = () =>
      RateLimit(
        [
          { limit: 0, ...hour },
          { limit: 1, window: 0 },
        ],
        { key: 'nobody' as 'ip' },
      );
    expect(problemsOf(() => define(limited())()).sort()).toEqual(['[0].limit', '[1].window', 'use.key']);
    const locked = define(WithLock('shop', { ttl: 0, wait: '1 hour' as '1h', onBusy: 'ask' as 'wait' }));
    expect(problemsOf(locked).sort()).toEqual(['onBusy', 'ttl', 'wait']);
  });
});

const HIDDEN = Symbol('hidden');

@Injectable({ scope: Scope.REQUEST })
class Tenant {
  @Cached()
  async settings(): Promise<void> {}
  @Cached({ key: 'tenant' })
  async keyed(): Promise<void> {}
}

@Injectable()
class OfTenant {
  constructor(readonly tenant: Tenant) {}
  @Cached()
  async inherited(): Promise<void> {}
}

@Injectable()
class Limits {
  @RateLimit('unknown', { key }) async named(): Promise<void> {}
  @RateLimit({ limit: 1, ...hour }) async keyless(): Promise<void> {}
  @RateLimit('hidden', { key }) async [HIDDEN](): Promise<void> {}
}

@Controller()
class Routes {
  @Get() @SkipRateLimit('nothing') @RateLimit('known') find(): number {
    return 1;
  }
}

describe('at boot', () => {
  let redis: TestRedis;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis?.stop());

  it('everything that every wing found is in one error', async () => {
    const rateLimit = { policies: { known: { limit: 1, ...hour } } };
    const module = await Test.createTestingModule({
      imports: [RedisModule.forRoot({ connection: redis.url, namespace: randomUUID(), rateLimit })],
      controllers: [Routes],
      providers: [Tenant, OfTenant, { provide: 'made', useFactory: () => new Limits() }],
    }).compile();
    const failure: unknown = await module.init().catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(InvalidOptionsError);
    expect((failure as InvalidOptionsError).problems.map(({ path }) => path).sort()).toEqual([
      '@RateLimit on Limits.Symbol(hidden)',
      '@RateLimit on Limits.keyless',
      '@RateLimit on Limits.named',
      '@SkipRateLimit on Routes.find',
      'OfTenant.inherited',
      'Tenant.settings',
    ]);
    expect((failure as Error).message).toMatch(
      /^nestjs-redis-suite: 6 options cannot be used\.\n( {2}- .+: .+\n?){6}$/,
    );
  });
});
