import { describe, expect, it } from '@jest/globals';
import { RedisAdminModule } from '../../../src/admin/redis-admin.module.js';
import type { RateLimitModuleOptions } from '../../../src/rate-limit/rate-limit.options.js';
import { RateLimitService } from '../../../src/rate-limit/rate-limit.service.js';
import { PLATFORMS } from '../../support/http-app.js';
import { patientLimits } from '../../support/limits-module.js';
import { useHttpApp } from '../../support/use-http-app.js';

const LIMITS = {
  default: { name: 'api', limit: 1_000, window: '1h' },
  policies: {
    login: { limit: 1, window: '15m', onRedisDown: 'deny' },
    plan: { limit: () => 7, window: '1m', algorithm: 'gcra' },
    tried: { limit: 1, window: '1h', shadow: true },
    exporting: { concurrency: 2 },
  },
} satisfies RateLimitModuleOptions;

describe.each(PLATFORMS)('what operators see of rate limits on %s', (platform) => {
  const http = useHttpApp({
    platform,
    metadata: (server) => ({
      imports: [
        patientLimits(server, LIMITS, { secret: 'a-long-random-text' }),
        RedisAdminModule.forRoot({ path: 'ops', allowUnauthenticated: true }),
      ],
    }),
  });

  it('shows the limits of the options', async () => {
    const { body } = await http.send('/ops/rate-limits');
    const usual = { onRedisDown: 'memory', shadow: false };
    const sliding = { ...usual, algorithm: 'sliding-window' };
    expect(body.policies).toEqual([
      { name: 'api', limit: 1_000, windowMs: 3_600_000, ...sliding },
      { name: 'login', limit: 1, windowMs: 900_000, ...sliding, onRedisDown: 'deny' },
      { name: 'plan', limit: null, windowMs: 60_000, ...usual, algorithm: 'gcra' },
      { name: 'tried', limit: 1, windowMs: 3_600_000, ...sliding, shadow: true },
      { name: 'exporting', limit: 2, windowMs: null, ...usual, algorithm: null },
    ]);
  });

  it('shows what the limits did, and whom they refused most, without naming anybody', async () => {
    const limits = http.app.get(RateLimitService, { strict: false });
    const inPlace = { name: 'in-place', limit: 5, window: '1h' } as const;
    for (let call = 0; call < 4; call++) await limits.consume('login', 'ada@example.com');
    for (let call = 0; call < 2; call++) await limits.consume('login', 'bob@example.com');
    for (let call = 0; call < 2; call++) await limits.consume('tried', 'ada@example.com');
    await limits.consume(inPlace, 'ada@example.com');
    await using _permit = await limits.acquire('exporting', 'ada@example.com');
    const { body, text } = await http.send('/ops/rate-limits');
    const none = { allowed: 0, denied: 0, wouldDeny: 0, degraded: 0 };
    expect(body.counts).toEqual({
      login: { ...none, allowed: 2, denied: 4 },
      tried: { ...none, allowed: 1, wouldDeny: 1 },
      'in-place': { ...none, allowed: 1 },
      exporting: { ...none, allowed: 1 },
    });
    expect(body.offenders).toEqual([
      {
        policy: 'login',
        denied: 3,
        subject: expect.stringMatching(/^[\w-]{16,}$/),
        lastDeniedAt: expect.stringMatching(/^\d{4}-.*Z$/),
      },
      expect.objectContaining({ policy: expect.stringMatching(/login|tried/), denied: 1 }),
      expect.objectContaining({ policy: expect.stringMatching(/login|tried/), denied: 1 }),
    ]);
    expect(text).not.toContain('example');
  });
});
