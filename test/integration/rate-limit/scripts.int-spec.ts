import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Clock } from '../../../src/common/clock.js';
import { SYSTEM_CLOCK } from '../../../src/common/clock.js';
import { MemoryLimits } from '../../../src/rate-limit/memory-limits.js';
import { planOf, type LimitCall } from '../../../src/rate-limit/limit-plan.js';
import { resolvePolicy } from '../../../src/rate-limit/rate-limit-policy.js';
import type { RateLimitPolicy } from '../../../src/rate-limit/rate-limit-policy.options.js';
import { resolveRateLimitOptions } from '../../../src/rate-limit/rate-limit.options.js';
import { consumeCalls, outcomeReader } from '../../../src/rate-limit/rate-limit.scripts.js';
import type { TestRedis } from '../../../src/testing/test-redis.js';
import { startRedis } from '../../../src/testing/start-redis.js';
import { openGateway, type OpenGateway } from '../../support/gateway.js';
import { Random } from '../../support/random.js';
import { withChosenTime } from '../../support/rate-limits.js';

const START = 1_700_000_000_000_000;
const STEPS = 600;

/** Each is run on Redis and in the process, side by side, with the same steps at the same times. */
const POLICIES: Record<string, (RateLimitPolicy & { limit: number })[]> = {
  'an exact window': [{ limit: 20, window: '1h' }],
  'a window with cells': [{ limit: 500, window: '1h' }],
  'a fixed window': [{ limit: 20, window: '1h', algorithm: 'fixed-window' }],
  'the pace of calls': [{ limit: 7, window: '1h', algorithm: 'gcra', burst: 20 }],
  'a log of calls': [{ limit: 300, window: '5h', algorithm: 'sliding-log' }],
  'a bucket of tokens': [{ limit: 7, window: '1h', algorithm: 'token-bucket', burst: 20 }],
  'a window that blocks': [{ limit: 10, window: '1h', block: '90m' }],
  'two windows': [
    { name: 'a', limit: 10, window: '10m' },
    { name: 'b', limit: 300, window: '5h', block: '20m' },
  ],
};

describe('the scripts', () => {
  let server: TestRedis;
  let opened: OpenGateway;

  beforeAll(async () => {
    server = await startRedis();
    opened = await openGateway(server.url);
  });
  afterAll(async () => {
    await opened?.close();
    await server?.stop();
  });

  it.each(Object.keys(POLICIES))('decide %s exactly as the process does', async (title) => {
    const random = new Random(title.length);
    const { gateway, setTime } = withChosenTime(opened.gateway);
    let now = START;
    const clock: Clock = { ...SYSTEM_CLOCK, monotonic: () => now / 1_000 };
    const memory = new MemoryLimits(clock, resolveRateLimitOptions());
    const plan = planOf(POLICIES[title]!.map((policy) => resolvePolicy(policy)));
    const subject = randomUUID();
    const windows = plan.windows.map((window) => ({ ...window, key: `{${subject}}:${window.policy.name}` }));
    for (let i = 0; i < STEPS; i++) {
      now += 1_000 * random.below(random.below(8) === 0 ? 5_000_000 : 200_000);
      await setTime(now);
      const cost = random.pick([1, 1, 1, 2, 5, 0, 0, -1, -3]);
      const call: LimitCall = { plan, windows, cost };
      const onRedis = outcomeReader(await gateway.run(consumeCalls([call])))(call);
      expect({ i, outcomes: onRedis }).toEqual({ i, outcomes: memory.decide(windows, cost) });
    }
  });

  it('decide calls of one batch one after the other', async () => {
    const plans = [
      planOf([resolvePolicy({ limit: 2, window: '1h' })]),
      planOf([
        resolvePolicy({ name: 'x', limit: 1, window: '1h' }),
        resolvePolicy({ name: 'y', limit: 9, window: '1h' }),
      ]),
    ];
    const ns = randomUUID();
    const calls = [0, 0, 1, 0, 1].map((i): LimitCall => {
      const plan = plans[i]!;
      return { plan, cost: 1, windows: plan.windows.map((w) => ({ ...w, key: `${ns}:${w.policy.name}` })) };
    });
    const read = outcomeReader(await opened.gateway.run(consumeCalls(calls)));
    const seen = calls.map((call) => read(call).map(({ allowed, remaining }) => `${allowed} ${remaining}`));
    expect(seen).toEqual([['true 1'], ['true 0'], ['true 0', 'true 8'], ['false 0'], ['false 0', 'true 8']]);
  });

  it('keep one key per policy and subject, with a time to live, also while it is blocked', async () => {
    const plan = planOf([resolvePolicy({ limit: 1, window: '1h', block: '2h' })]);
    const key = randomUUID();
    const call: LimitCall = { plan, windows: plan.windows.map((window) => ({ ...window, key })), cost: 1 };
    const ttls = [];
    for (let i = 0; i < 2; i++) {
      await opened.gateway.run(consumeCalls([call]));
      ttls.push(await opened.client.pttl(key));
    }
    expect(ttls[0]).toBeGreaterThan(3_590_000);
    expect(ttls[0]).toBeLessThanOrEqual(3_600_000);
    expect(ttls[1]).toBeGreaterThan(7_190_000);
    expect(ttls[1]).toBeLessThanOrEqual(7_200_000);
  });

  it('start afresh on what another algorithm has left', async () => {
    const plan = planOf([resolvePolicy({ limit: 1, window: '1h' })]);
    const key = randomUUID();
    await opened.client.set(key, 'zsomething else');
    const call: LimitCall = { plan, windows: plan.windows.map((window) => ({ ...window, key })), cost: 1 };
    const [outcome] = outcomeReader(await opened.gateway.run(consumeCalls([call])))(call);
    expect(outcome).toMatchObject({ allowed: true, remaining: 0 });
  });
});
