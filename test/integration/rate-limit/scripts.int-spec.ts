import { randomUUID } from 'node:crypto';
import { describe, expect, it } from '@jest/globals';
import type { Clock } from '../../../src/common/clock.js';
import { SYSTEM_CLOCK } from '../../../src/common/clock.js';
import { MemoryLimits } from '../../../src/rate-limit/decisions/memory-limits.js';
import { planOf, type LimitCall, type LimitPlan } from '../../../src/rate-limit/policies/limit-plan.js';
import { resolvePolicy, type ResolvedPolicy } from '../../../src/rate-limit/policies/rate-limit-policy.js';
import type { RateLimitPolicy } from '../../../src/rate-limit/policies/rate-limit-policy.options.js';
import { resolveRateLimitOptions } from '../../../src/rate-limit/rate-limit.options.js';
import { consumeCalls, outcomeReader } from '../../../src/rate-limit/decisions/rate-limit.scripts.js';
import { Random } from '../../support/random.js';
import { withChosenTime } from '../../support/rate-limits.js';
import { useGateway } from '../../support/use-gateway.js';

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
  'a window that blocks for less than it lasts': [
    { limit: 10, window: '1h', algorithm: 'fixed-window', block: '10m' },
  ],
  'a pace that blocks': [{ limit: 7, window: '1h', algorithm: 'gcra', block: '2h' }],
  'a window that blocks longer each time': [
    { limit: 5, window: '1h', block: ['5m', '2h', '3h'], forgive: '4h' },
  ],
  'a fixed window that blocks longer each time': [
    { limit: 5, window: '1h', algorithm: 'fixed-window', block: ['5m', '90m'] },
  ],
  'two windows that block longer each time': [
    { name: 'a', limit: 4, window: '10m', block: ['1m', '30m'], forgive: '1h' },
    { name: 'b', limit: 30, window: '5h', algorithm: 'gcra', block: ['20m', '1h'], forgive: '1m' },
  ],
  'windows of all kinds': [
    { name: 'a', limit: 12, window: '1h', algorithm: 'fixed-window', block: '20m' },
    { name: 'b', limit: 300, window: '9h', algorithm: 'gcra', burst: 8 },
    { name: 'c', limit: 40, window: '2h', algorithm: 'token-bucket', block: '1h' },
    { name: 'd', limit: 20, window: '90m' },
  ],
  'two windows': [
    { name: 'a', limit: 10, window: '10m' },
    { name: 'b', limit: 300, window: '5h', block: '20m' },
  ],
};

describe('the scripts', () => {
  const redis = useGateway();

  it.each(Object.keys(POLICIES))('decide %s exactly as the process does', async (title) => {
    const random = new Random(title.length);
    const { gateway, setTime } = withChosenTime(redis.gateway);
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
      const call: LimitCall = { plan, subject, hidden: subject, keys: windows.map(({ key }) => key), cost };
      const onRedis = outcomeReader(await gateway.run(consumeCalls(plan.script, [call])))(call);
      expect({ i, outcomes: onRedis }).toEqual({ i, outcomes: memory.decide(windows, cost) });
    }
  });

  it('decide calls of one batch one after the other', async () => {
    const [x, y, z] = [1, 9, 2].map((limit, i) => resolvePolicy({ name: `w${i}`, limit, window: '1h' }));
    expect(await decided([[z!], [z!], [x!], [z!], [x!]])).toEqual([
      ['true 1'],
      ['true 0'],
      ['true 0'],
      ['false 0'],
      ['false 0'],
    ]);
    expect(
      await decided([
        [y!, x!],
        [z!, y!],
        [x!, y!],
        [z!, y!],
        [y!, z!],
      ]),
    ).toEqual([
      ['true 8', 'true 0'],
      ['true 1', 'true 7'],
      ['false 0', 'true 7'],
      ['true 0', 'true 6'],
      ['true 6', 'false 0'],
    ]);
  });

  it('keep one key per policy and subject, with a time to live, also while it is blocked', async () => {
    const plan = planOf([resolvePolicy({ limit: 1, window: '1h', block: '2h' })]);
    const key = randomUUID();
    const call: LimitCall = { plan, subject: 's', hidden: 's', keys: [key], cost: 1 };
    const ttls = [];
    for (let i = 0; i < 2; i++) {
      await redis.gateway.run(consumeCalls(plan.script, [call]));
      ttls.push(await redis.client.pttl(key));
    }
    expect(ttls[0]).toBeGreaterThan(3_590_000);
    expect(ttls[0]).toBeLessThanOrEqual(3_600_000);
    expect(ttls[1]).toBeGreaterThan(7_190_000);
    expect(ttls[1]).toBeLessThanOrEqual(7_200_000);
  });

  /** Decides calls of 1 in one batch; answers what each window says. */
  async function decided(calls: ResolvedPolicy[][]): Promise<string[][]> {
    const ns = randomUUID();
    const plans = new Map<string, LimitPlan>();
    const batch = calls.map((policies): LimitCall => {
      const names = policies.map(({ name }) => name);
      const plan = plans.get(names.join()) ?? planOf(policies);
      plans.set(names.join(), plan);
      return { plan, subject: 's', hidden: 's', keys: names.map((name) => `{${ns}}:${name}`), cost: 1 };
    });
    const read = outcomeReader(await redis.gateway.run(consumeCalls(batch[0]!.plan.script, batch)));
    return batch.map((call) => read(call).map(({ allowed, remaining }) => `${allowed} ${remaining}`));
  }

  it.each<[string, (key: string) => Promise<unknown>]>([
    ['another algorithm', (key) => redis.client.set(key, 'zsomething else')],
    ['something else', (key) => redis.client.rpush(key, 'a', 'b')],
  ])('start afresh on what %s has left, whatever else they decide', async (_, leave) => {
    const [a, b] = [1, 2].map((n) => resolvePolicy({ name: `p${n}`, limit: n, window: '1h' }));
    for (const policies of [[a!], [a!, b!]]) {
      const plan = planOf(policies);
      const calls = ['x', 'y', 'z'].map((subject): LimitCall => {
        const ns = randomUUID();
        return {
          plan,
          subject,
          hidden: subject,
          keys: policies.map(({ name }) => `{${ns}}:${name}`),
          cost: 1,
        };
      });
      await leave(calls[1]!.keys[0]!);
      const read = outcomeReader(await redis.gateway.run(consumeCalls(plan.script, calls)));
      for (const call of calls) expect(read(call)[0]).toMatchObject({ allowed: true, remaining: 0 });
      expect(await redis.client.type(calls[1]!.keys[0]!)).toBe('string');
    }
  });
});
