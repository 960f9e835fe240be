import { randomUUID } from 'node:crypto';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { SuiteEvents, type SuiteEventMap } from '../../../src/common/events.js';
import { RateLimitMeters } from '../../../src/monitoring/rate-limit-meters.js';
import { RateLimitUnavailableError } from '../../../src/rate-limit/rate-limit.errors.js';
import { RateLimitOffenders } from '../../../src/rate-limit/rate-limit-offenders.js';
import type { RateLimitPolicy } from '../../../src/rate-limit/policies/rate-limit-policy.options.js';
import type { RateLimitService } from '../../../src/rate-limit/rate-limit.service.js';
import { limitsOver, PATIENT, PATIENT_CONNECTION } from '../../support/rate-limits.js';
import { until } from '../../support/until.js';
import { useGateway } from '../../support/use-gateway.js';

const policy = (name: string, limit: number, rest: Partial<RateLimitPolicy> = {}): RateLimitPolicy => {
  return { name, limit, window: '1h', ...rest };
};
const counts = (allowed: number, denied: number, rest: object = {}) => {
  return { allowed, denied, wouldDeny: 0, degraded: 0, ...rest };
};

describe('what is told of several windows at once', () => {
  const redis = useGateway(PATIENT_CONNECTION);
  let limits: RateLimitService;
  let meters: RateLimitMeters;
  let offenders: RateLimitOffenders;
  let denials: SuiteEventMap['rate-limit:denied'][];

  beforeEach(() => {
    const events = new SuiteEvents();
    [meters, offenders, denials] = [new RateLimitMeters(events), new RateLimitOffenders(events), []];
    events.on('rate-limit:denied', (denial) => denials.push(denial));
    limits = limitsOver(redis.gateway, { namespace: randomUUID(), events, ...PATIENT });
  });

  it('counts a call in each that has counted it', async () => {
    await limits.consume([policy('wide', 9), policy('narrow', 5)], 's');
    await limits.consume(policy('wide', 9), 's');
    expect(meters.snapshot()).toEqual({ wide: counts(2, 0), narrow: counts(1, 0) });
  });

  it('counts a refusal in each that refuses, whichever is the tightest', async () => {
    const both = [policy('short', 2, { window: '1m' }), policy('long', 3)];
    await limits.consume(both, 's', { cost: 2 });
    await limits.consume(both, 's');
    await limits.consume(both, 's', { cost: 2 });
    expect(meters.snapshot()).toEqual({ short: counts(1, 2), long: counts(1, 1) });
    expect(denials.map(({ policy: name }) => name).toSorted()).toEqual(['long', 'short', 'short']);
    for (const { policy: name, retryAfterMs } of denials) expect(retryAfterMs > 60_000).toBe(name === 'long');
    const named = offenders.top().map(({ policy: name, denied }) => [name, denied]);
    expect(named).toEqual([
      ['short', 2],
      ['long', 1],
    ]);
  });

  it('is the same of a refusal that is remembered', async () => {
    const both = [policy('narrow', 1), policy('wide', 9)];
    await limits.consume(both, 's');
    await limits.consume(both, 's');
    await until(async () => {
      const runs = await redis.client.info('commandstats');
      await limits.consume(both, 's');
      return (
        (await redis.client.info('commandstats')).match(/evalsha:calls=\d+/)?.[0] ===
        /evalsha:calls=\d+/.exec(runs)?.[0]
      );
    });
    expect(meters.snapshot()).toEqual({ narrow: counts(1, denials.length), wide: counts(1, 0) });
  });

  it('counts those in shadow apart', async () => {
    const watched = [policy('a', 1, { shadow: true }), policy('b', 2, { shadow: true }), policy('c', 9)];
    for (let call = 0; call < 3; call++) await limits.consume(watched, 's');
    expect(meters.snapshot()).toEqual({
      a: counts(1, 0, { wouldDeny: 2 }),
      b: counts(1, 0),
      c: counts(3, 0),
    });
  });

  it('names those that refuse because Redis is away, and no others', async () => {
    await redis.server.freeze();
    const events = new SuiteEvents();
    const [hasty, seen] = [limitsOver(redis.gateway, { events }), new RateLimitMeters(events)];
    const mixed = [
      policy('memory', 9),
      policy('deny', 9, { onRedisDown: 'deny' }),
      policy('allow', 9, { onRedisDown: 'allow' }),
    ];
    const refusal = await hasty.consumeOrThrow(mixed, 's').catch((error: unknown) => error);
    expect(refusal).toBeInstanceOf(RateLimitUnavailableError);
    expect(refusal).toMatchObject({ policy: 'deny' });
    expect(seen.snapshot()).toEqual({ deny: counts(0, 1, { degraded: 1 }) });
    await hasty.consume([mixed[0]!, mixed[2]!], 's');
    expect(seen.snapshot()).toMatchObject({
      memory: counts(1, 0, { degraded: 1 }),
      allow: counts(1, 0, { degraded: 1 }),
    });
    await redis.server.resume();
  });
});
