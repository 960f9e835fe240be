import { beforeAll, describe, expect, it } from '@jest/globals';
import type { RateLimitService } from '../../../src/rate-limit/rate-limit.service.js';
import { limitsOver, PATIENT, PATIENT_CONNECTION } from '../../support/rate-limits.js';
import { useGateway } from '../../support/use-gateway.js';

describe('a policy whose window is made longer', () => {
  const redis = useGateway(PATIENT_CONNECTION);
  let limits: RateLimitService;
  beforeAll(() => {
    limits = limitsOver(redis.gateway, PATIENT);
  });

  const counting = ['sliding-window', 'fixed-window', 'sliding-log', 'token-bucket'] as const;

  it.each(counting)('counts the calls that were still in the old one, by %s', async (algorithm) => {
    const policy = { name: algorithm, limit: 5, algorithm };
    for (let call = 0; call < 5; call++) await limits.consume({ ...policy, window: '1m' }, 'ann');
    const { allowed, retryAfterMs } = await limits.consume({ ...policy, window: '1h' }, 'ann');
    expect(allowed).toBe(false);
    expect(retryAfterMs).toBeGreaterThan(60_000);
  });

  it('weighs them by GCRA with the time that they took before', async () => {
    const policy = { name: 'gcra', limit: 5, algorithm: 'gcra' } as const;
    for (let call = 0; call < 5; call++) await limits.consume({ ...policy, window: '1m' }, 'ann');
    expect((await limits.consume({ ...policy, window: '1m' }, 'ann')).allowed).toBe(false);
    expect(await limits.consume({ ...policy, window: '1h' }, 'ann')).toMatchObject({
      allowed: true,
      remaining: 3,
    });
  });
});
