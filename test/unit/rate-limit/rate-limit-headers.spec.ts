import { describe, expect, it } from '@jest/globals';
import type { WindowOutcome } from '../../../src/rate-limit/policies/limit-plan.js';
import { rateLimitHeaders } from '../../../src/rate-limit/answers/rate-limit-headers.js';
import { resolvePolicy } from '../../../src/rate-limit/policies/rate-limit-policy.js';
import { tightestFirst } from '../../../src/rate-limit/decisions/verdict.js';

const outcome = (name: string, window: number, rest: Partial<WindowOutcome> = {}): WindowOutcome => ({
  policy: resolvePolicy({ name, limit: 100, window }),
  allowed: true,
  remaining: 50,
  resetMs: 1,
  retryAfterMs: 0,
  ...rest,
});

describe('rateLimitHeaders', () => {
  it('writes the structured fields of the draft, with times rounded up', () => {
    const outcomes = [
      outcome('burst', 60_000, { resetMs: 29_001 }),
      outcome('sub', 500),
      outcome('odd', 1_500),
    ];
    expect(rateLimitHeaders(outcomes, { legacy: false })).toEqual([
      ['RateLimit-Policy', '"burst";q=100;w=60, "sub";q=100, "odd";q=100;w=2'],
      ['RateLimit', '"burst";r=50;t=30, "sub";r=50;t=1, "odd";r=50;t=1'],
    ]);
  });

  it('adds the older fields for the tightest window, and when to come back', () => {
    const denied = outcome('burst', 60_000, {
      allowed: false,
      remaining: 0,
      resetMs: 60_000,
      retryAfterMs: 1_001,
    });
    const headers = new Map(rateLimitHeaders([denied], { legacy: true }));
    expect(headers.get('X-RateLimit-Limit')).toBe('100');
    expect(headers.get('X-RateLimit-Remaining')).toBe('0');
    expect(headers.get('X-RateLimit-Reset')).toBe('60');
    expect(headers.get('Retry-After')).toBe('2');
  });
});

describe('tightestFirst', () => {
  it('puts refusals first, the longest wait before, then what has least left', () => {
    const sorted = tightestFirst([
      outcome('plenty', 1_000),
      outcome('scarce', 1_000, { remaining: 1 }),
      outcome('short', 1_000, { allowed: false, retryAfterMs: 5 }),
      outcome('long', 1_000, { allowed: false, retryAfterMs: 9 }),
    ]);
    expect(sorted.map(({ policy }) => policy.name)).toEqual(['long', 'short', 'scarce', 'plenty']);
  });
});
