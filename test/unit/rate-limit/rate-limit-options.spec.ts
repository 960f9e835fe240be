import { Controller, Get } from '@nestjs/common';
import { describe, expect, it } from '@jest/globals';
import { InvalidOptionsError } from '../../../src/common/errors.js';
import { findProblems } from '../../../src/common/option-validation.js';
import type { RateLimitRef } from '../../../src/rate-limit/policies/entry-of.js';
import { RateLimit } from '../../../src/rate-limit/calls/rate-limit.decorator.js';
import {
  RateLimitModuleOptions,
  resolveRateLimitOptions,
} from '../../../src/rate-limit/rate-limit.options.js';
import { resolvePolicy } from '../../../src/rate-limit/policies/rate-limit-policy.js';

const paths = (raw: unknown) =>
  findProblems(RateLimitModuleOptions, raw, 'rateLimit').map(({ path }) => path);

describe('rate limit options', () => {
  it('are checked to the last member, all at once', () => {
    const raw = {
      default: { limit: 0, window: '1 hour' },
      policies: {
        login: { window: '15m', block: -1, algorithm: 'leaky', onRedisDown: 'explode' },
        eager: { limit: 5, window: '1m', burst: 5 },
        fast: { limit: 5, window: '1m', algorithm: 'gcra', burst: 0 },
        long: { limit: 10_001, window: '1m', algorithm: 'sliding-log' },
        odd: { limit: 1.5, window: '1m', key: 'header', cost: 0, unknown: true },
        escalating: { limit: 1, window: '1m', block: ['1m', 0], forgive: 'never' },
        lenient: { limit: 1, window: '1m', block: '1m', forgive: '1h' },
        fixed: { limit: 1, limitTtl: '1m', window: '1m', key: [], shadow: 'yes' },
        keyed: { limit: () => 1, window: '1m', key: ['ip', { header: 'no name' }] },
      },
      ipv6Prefix: 16,
      trustedProxies: ['10.0.0.0/33'],
      errorFactory: 'mine',
      apiKeyHeader: 'x api key',
      user: 'id',
      decisionTimeout: 0,
      memorySubjects: 0,
      legacyHeaders: 'yes',
    };
    expect(paths(raw).sort()).toEqual(
      [
        'rateLimit.default.limit',
        'rateLimit.default.window',
        'rateLimit.policies.login.limit',
        'rateLimit.policies.login.block',
        'rateLimit.policies.login.algorithm',
        'rateLimit.policies.login.onRedisDown',
        'rateLimit.policies.eager.burst',
        'rateLimit.policies.fast.burst',
        'rateLimit.policies.long.algorithm',
        'rateLimit.policies.odd.limit',
        'rateLimit.policies.odd.key',
        'rateLimit.policies.odd.cost',
        'rateLimit.policies.odd.unknown',
        'rateLimit.policies.escalating.block',
        'rateLimit.policies.escalating.forgive',
        'rateLimit.policies.lenient.forgive',
        'rateLimit.policies.fixed.limitTtl',
        'rateLimit.policies.fixed.key',
        'rateLimit.policies.fixed.shadow',
        'rateLimit.policies.keyed.key',
        'rateLimit.ipv6Prefix',
        'rateLimit.trustedProxies',
        'rateLimit.errorFactory',
        'rateLimit.apiKeyHeader',
        'rateLimit.user',
        'rateLimit.decisionTimeout',
        'rateLimit.memorySubjects',
        'rateLimit.legacyHeaders',
      ].sort(),
    );
    expect(paths({ policies: { 'no "quotes"': { limit: 1, window: '1s' } } })).toEqual([
      'rateLimit.policies',
    ]);
    expect(
      paths({
        default: { limit: 1, window: '1s' },
        policies: {
          login: { limit: 5, window: '15m', algorithm: 'gcra', burst: 1 },
          tenant: {
            limit: () => 1,
            limitTtl: '10s',
            window: '1m',
            algorithm: 'sliding-log',
            key: ['ip', { header: 'x-tenant' }, () => 'x'],
            shadow: true,
          },
        },
      }),
    ).toEqual([]);
  });

  it('have the documented defaults', () => {
    expect(resolveRateLimitOptions()).toEqual({
      default: undefined,
      policies: {},
      legacyHeaders: true,
      user: expect.any(Function),
      apiKeyHeader: 'x-api-key',
      ipv6Prefix: 64,
      trustedProxies: [],
      errorFactory: undefined,
      decisionTimeoutMs: 50,
      memorySubjects: 10_000,
    });
    expect(resolvePolicy({ limit: 10, window: '1m' })).toEqual({
      name: '10-per-60s',
      publicName: '10-per-60s',
      limit: 10,
      windowMs: 60_000,
      algorithm: 'sliding-window',
      burst: 10,
      blocksMs: [],
      forgiveMs: 0,
      onRedisDown: 'memory',
      isNamed: false,
      keyPart: '10-per-60s',
      shadow: false,
    });
    expect(resolvePolicy({ limit: () => 1, window: '1m' })).toMatchObject({ limitTtlMs: 60_000 });
  });
});

describe('@RateLimit', () => {
  const define = (ref: RateLimitRef, use?: object) => () => {
    class Books {
      @RateLimit(ref, use) find() {
        return 1;
      }
    }
    return Books;
  };

  it.each<[string, RateLimitRef, object | undefined, string]>([
    ['a limit of 0', { limit: 0, window: '1m' }, undefined, 'policy.limit: must be a whole number from 1'],
    ['no window', { limit: 1 } as never, undefined, 'policy.window: must be'],
    ['a bad rule among several', ['login', { limit: 1, window: 0 }], undefined, '[1].window: must be'],
    ['no rules', [], undefined, 'is empty'],
    ['one policy twice', ['login', 'login'], undefined, "has 'login' twice"],
    ['a bad use', 'login', { key: 'ipv6' }, "use.key: must be 'ip'"],
  ])('refuses %s at class definition', (_, ref, use, message) => {
    expect(define(ref, use)).toThrow(InvalidOptionsError);
    expect(define(ref, use)).toThrow('@RateLimit on Books.find');
    expect(define(ref, use)).toThrow(message);
  });

  it('refuses to stand on a static method', () => {
    const define = () => {
      class Books {
        @RateLimit('x') static find() {
          return 1;
        }
      }
      return Books;
    };
    expect(define).toThrow('is a static method');
  });

  it('leaves name, length and metadata of the method alone, in either order', () => {
    @Controller()
    class Books {
      @Get('above') @RateLimit('x') above(_a: string, _b: number) {
        return 1;
      }
      @RateLimit('x') @Get('below') below(_a: string) {
        return 1;
      }
    }
    const { above, below } = Books.prototype;
    expect([above.name, above.length, Reflect.getMetadata('path', above)]).toEqual(['above', 2, 'above']);
    expect([below.name, below.length, Reflect.getMetadata('path', below)]).toEqual(['below', 1, 'below']);
  });
});
