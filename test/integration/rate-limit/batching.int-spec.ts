import { describe, expect, it } from '@jest/globals';
import type { RateLimitDecision } from '../../../src/rate-limit/rate-limit-decision.js';
import type { RateLimitPolicy } from '../../../src/rate-limit/policies/rate-limit-policy.options.js';
import { limitsOver, PATIENT, PATIENT_CONNECTION } from '../../support/rate-limits.js';
import { useGateway } from '../../support/use-gateway.js';

const POLICY: RateLimitPolicy = { name: 'p', limit: 100, window: '1h' };
const OTHER: RateLimitPolicy = { ...POLICY, name: 'other', algorithm: 'gcra' };

describe('decisions of one moment', () => {
  const redis = useGateway(PATIENT_CONNECTION);

  async function scripts(): Promise<number> {
    const stats = await redis.client.info('commandstats');
    const counts = [...stats.matchAll(/cmdstat_eval(?:sha)?:calls=(\d+)/g)];
    return counts.reduce((sum, [, n]) => sum + Number(n), 0);
  }

  /** Calls that often at once, by turns on each policy. */
  function burst(
    limits: ReturnType<typeof limitsOver>,
    calls: number,
    policies = [POLICY],
  ): Promise<RateLimitDecision[]> {
    return Promise.all(
      Array.from({ length: calls }, (_, i) => limits.consume(policies[i % policies.length]!, `s${i}`)),
    );
  }

  it('go out alone when there are no others, else together', async () => {
    const limits = limitsOver(redis.gateway, PATIENT);
    const before = await scripts();
    for (let i = 0; i < 5; i++) await limits.consume(POLICY, 's');
    expect((await scripts()) - before).toBe(5);
    const decisions = await burst(limits, 130);
    expect(decisions.every(({ allowed, degraded }) => allowed && !degraded)).toBe(true);
    expect((await scripts()) - before - 5).toBeLessThanOrEqual(6);
  });

  it('are all made, also those that wait for the answers of others', async () => {
    const limits = limitsOver(redis.gateway, PATIENT);
    for (const calls of [2, 33, 65, 100]) {
      const decisions = await burst(limits, calls, [POLICY, OTHER]);
      expect(decisions.filter(({ degraded }) => degraded)).toEqual([]);
    }
  });

  it('are made without Redis, also those that have not gone out, when it does not answer', async () => {
    const limits = limitsOver(redis.gateway);
    await burst(limits, 3, [POLICY, OTHER]);
    await redis.server.freeze();
    const decisions = await burst(limits, 100, [POLICY, OTHER]);
    expect(decisions.every(({ degraded }) => degraded)).toBe(true);
    await redis.server.resume();
  });
});
