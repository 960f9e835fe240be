import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { RedisUnavailableError } from '../../../src/connection/connection.errors.js';
import {
  RateLimitExceededError,
  RateLimitUnavailableError,
} from '../../../src/rate-limit/rate-limit.errors.js';
import type { RateLimitPolicy } from '../../../src/rate-limit/policies/rate-limit-policy.options.js';
import type { RateLimitService } from '../../../src/rate-limit/rate-limit.service.js';
import { startRedis } from '../../../src/testing/start-redis.js';
import type { TestRedis } from '../../../src/testing/test-redis.js';
import { openGateway, type OpenGateway } from '../../support/gateway.js';
import { limitsOver } from '../../support/rate-limits.js';
import { until } from '../../support/until.js';

const policy = (rest: Partial<RateLimitPolicy> = {}): RateLimitPolicy => {
  return { name: 'p', limit: 2, window: '1h', ...rest };
};

describe('rate limits without Redis', () => {
  let server: TestRedis;
  let opened: OpenGateway;
  let limits: RateLimitService;
  let degraded: Error[];

  beforeEach(async () => {
    server = await startRedis();
    opened = await openGateway(server.url);
    degraded = [];
    opened.events.on('rate-limit:degraded', ({ error }) => degraded.push(error));
    limits = limitsOver(opened.gateway, { events: opened.events, memorySubjects: 3 });
  });
  afterEach(async () => {
    await opened.close();
    await server.stop();
  });

  describe.each<[string, () => Promise<void>]>([
    ['dead', () => server.kill()],
    ['frozen', () => server.freeze()],
  ])('that is %s', (_, fail) => {
    beforeEach(() => fail());

    it('count in the process, by the same algorithm', async () => {
      const subject = randomUUID();
      expect(await limits.consume(policy(), subject)).toMatchObject({
        allowed: true,
        remaining: 1,
        degraded: true,
      });
      expect(await limits.consume(policy(), subject)).toMatchObject({
        allowed: true,
        remaining: 0,
        degraded: true,
      });
      const denied = await limits.consume(policy(), subject);
      expect(denied).toMatchObject({ allowed: false, remaining: 0, degraded: true });
      expect(denied.retryAfterMs).toBeGreaterThan(3_500_000);
      await expect(limits.consumeOrThrow(policy(), subject)).rejects.toThrow(RateLimitExceededError);
    });

    it('let all pass, or none, when the policy says so', async () => {
      const [allow, deny] = [
        policy({ name: 'a', onRedisDown: 'allow' }),
        policy({ name: 'd', onRedisDown: 'deny' }),
      ];
      for (let i = 0; i < 5; i++) {
        expect(await limits.consume(allow, 's')).toMatchObject({
          allowed: true,
          remaining: 2,
          degraded: true,
        });
        expect(await limits.consume(deny, 's')).toMatchObject({
          allowed: false,
          degraded: true,
          retryAfterMs: 1_000,
        });
      }
      await expect(limits.consumeOrThrow([allow, deny], 's')).rejects.toThrow(RateLimitUnavailableError);
    });

    it('forget the windows counted longest ago beyond the bound', async () => {
      for (const subject of ['first', 'second', 'third', 'second', 'fourth'])
        await limits.consume(policy(), subject);
      expect((await limits.peek(policy(), 'first')).remaining).toBe(2);
      expect((await limits.peek(policy(), 'second')).remaining).toBe(0);
    });

    it('refuse what only Redis can do', async () => {
      await expect(limits.reset(policy(), 's')).rejects.toThrow(RedisUnavailableError);
      await expect(limits.refund(policy(), 's')).rejects.toThrow(RedisUnavailableError);
      await expect(limits.block(policy(), 's', '1h')).rejects.toThrow(RedisUnavailableError);
      expect(await limits.consume(policy(), 's')).toMatchObject({ allowed: false, remaining: 0 });
    });
  });

  it('ask Redis again once it is back', async () => {
    await limits.consume(policy(), 's');
    await server.freeze();
    expect(await limits.consume(policy(), 's')).toMatchObject({ remaining: 1, degraded: true });
    await server.resume();
    await until(async () => !(await limits.peek(policy(), 's')).degraded);
    expect(await limits.peek(policy(), 's')).toMatchObject({ degraded: false });
  });

  it('wait for an overdue answer only once', async () => {
    await server.freeze();
    await limits.consume(policy({ limit: 1_000 }), 's');
    const pending = opened.gateway.availability.state;
    const decisions = await Promise.all(
      Array.from({ length: 500 }, () => limits.consume(policy({ limit: 1_000 }), 's')),
    );
    expect(decisions.every((decision) => decision.degraded)).toBe(true);
    // Nothing was sent for them: their answers would be as overdue, and would count as failures of the connection.
    expect(opened.gateway.availability.state).toBe(pending);
    await server.resume();
  });

  it('tell about errors that Redis answers, and go on', async () => {
    await opened.client.config('SET', 'maxmemory', '1');
    expect(await limits.consume(policy(), 's')).toMatchObject({ allowed: true, degraded: true });
    expect(degraded).toHaveLength(1);
    expect(degraded[0]?.message).toContain('OOM');
  });
});
