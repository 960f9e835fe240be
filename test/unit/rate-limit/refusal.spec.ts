import { ExecutionContextHost } from '@nestjs/core/helpers/execution-context-host.js';
import { describe, expect, it } from '@jest/globals';
import { resolvePolicy } from '../../../src/rate-limit/policies/rate-limit-policy.js';
import { RateLimitException } from '../../../src/rate-limit/answers/rate-limit.exceptions.js';
import { refusalOf } from '../../../src/rate-limit/answers/refusal.js';
import { BY_REDIS, verdictOf } from '../../../src/rate-limit/decisions/verdict.js';

const policy = resolvePolicy({ name: 'daily', limit: 1, window: '1d' });
const verdict = verdictOf(
  [{ policy, allowed: false, remaining: 0, resetMs: 900, retryAfterMs: 900 }],
  BY_REDIS,
);

const contexts = ['http', 'graphql', 'ws', 'rpc'].map((type) => {
  const context = new ExecutionContextHost([{}, {}, {}]);
  context.setType(type);
  return context;
});

describe('a refusal', () => {
  it('is an error of its own for each call, also of the same subject', async () => {
    for (const context of contexts) {
      const [one, other] = [await refusalOf(context, verdict), await refusalOf(context, verdict)];
      expect(one).toBeInstanceOf(Error);
      expect(one).not.toBe(other);
    }
  });

  it('captures no stack, and names itself in its place', async () => {
    for (const context of contexts) {
      const { name, message, stack } = await refusalOf(context, verdict);
      expect(stack).toBe(`${name}: ${message}`);
    }
  });

  it('leaves the stacks of others as they are', async () => {
    const before = Error.stackTraceLimit;
    for (const context of contexts) await refusalOf(context, verdict);
    expect(Error.stackTraceLimit).toBe(before);
    expect(new Error('other').stack).toContain('refusal.spec');
  });

  it('carries the problem and the decision over HTTP', async () => {
    const [http] = contexts;
    const refusal = (await refusalOf(http as ExecutionContextHost, verdict)) as RateLimitException;
    expect(refusal).toBeInstanceOf(RateLimitException);
    expect(refusal.getStatus()).toBe(429);
    expect(refusal.problem['violated-policies']).toEqual(['daily']);
    expect(refusal.decision).toEqual(verdict.decision);
  });
});
