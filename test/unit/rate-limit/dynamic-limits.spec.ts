import { beforeEach, describe, expect, it } from '@jest/globals';
import { SuiteEvents } from '../../../src/common/events.js';
import { DynamicLimits } from '../../../src/rate-limit/policies/dynamic-limits.js';
import { groupOf } from '../../../src/rate-limit/policies/policy-group.js';
import type { RateLimitFinder } from '../../../src/rate-limit/policies/rate-limit-policy.options.js';
import { resolvePolicy } from '../../../src/rate-limit/policies/rate-limit-policy.js';
import { RateLimitLimitError } from '../../../src/rate-limit/rate-limit.errors.js';
import { resolveRateLimitOptions } from '../../../src/rate-limit/rate-limit.options.js';
import { HandClock } from '../../support/hand-clock.js';

describe('DynamicLimits', () => {
  let clock: HandClock;
  let events: SuiteEvents;
  let asked: string[];
  let answer: RateLimitFinder;

  beforeEach(() => {
    [clock, events, asked, answer] = [new HandClock(), new SuiteEvents(), [], () => 5];
  });

  function opened(memorySubjects = 10) {
    const dynamic = new DynamicLimits(clock, resolveRateLimitOptions({ memorySubjects }), events);
    const group = groupOf([
      resolvePolicy({
        name: 'api',
        limit: (subject) => {
          asked.push(subject);
          return answer(subject);
        },
        limitTtl: '10s',
        window: '1m',
      }),
      resolvePolicy({ name: 'fixed', limit: 9, window: '1m' }),
    ]);
    const planOf = (subject: string) => dynamic.plan(group, { subject });
    const limitOf = async (subject: string) => (await planOf(subject)).windows[0]?.policy.limit;
    return { planOf, limitOf };
  }

  it('asks once for callers at once, and again after the ttl', async () => {
    const { limitOf } = opened();
    expect(await Promise.all([limitOf('a'), limitOf('a'), limitOf('b')])).toEqual([5, 5, 5]);
    await clock.move(9_999);
    await limitOf('a');
    expect(asked).toEqual(['a', 'b']);
    answer = async () => Promise.resolve(7);
    await clock.move(1);
    expect(await limitOf('a')).toBe(7);
    expect(asked).toEqual(['a', 'b', 'a']);
  });

  it('makes one plan for each limit, so that refusals can be remembered', async () => {
    const { planOf } = opened();
    expect(await planOf('a')).toBe(await planOf('b'));
    expect((await planOf('a')).windows.map(({ policy }) => policy.limit)).toEqual([5, 9]);
  });

  it.each<[string, () => number]>([
    ['a text', () => '5' as never],
    ['0', () => 0],
    ['a fraction', () => 1.5],
    ['Infinity', () => Infinity],
  ])('refuses %s', async (_, finder) => {
    answer = finder;
    await expect(opened().limitOf('a')).rejects.toThrow("policy 'api' must answer a whole number");
  });

  it('tells of a function that fails, and asks again', async () => {
    const failure = new Error('no database');
    const { limitOf } = opened();
    for (const failing of [() => Promise.reject(failure), raise(failure)]) {
      answer = failing;
      const error = await limitOf('a').catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(RateLimitLimitError);
      expect(error).toMatchObject({ code: 'E_RATE_LIMIT_LIMIT', policy: 'api', cause: failure });
    }
    answer = () => 6;
    expect(await limitOf('a')).toBe(6);
  });

  it('goes on with the last known limit when its function fails, and asks again within a second', async () => {
    const told: string[] = [];
    events.on('suite:error', ({ error }) => told.push(error.message));
    const { limitOf } = opened();
    await limitOf('a');
    await clock.move(10_000);
    answer = raise(new Error('no database'));
    expect([await limitOf('a'), await limitOf('a')]).toEqual([5, 5]);
    expect(told).toEqual([expect.stringContaining("policy 'api' failed")]);
    await clock.move(1_000);
    answer = () => 8;
    expect(await limitOf('a')).toBe(8);
  });

  it('knows a bounded number of subjects', async () => {
    const { limitOf } = opened(2);
    for (const subject of ['a', 'b', 'c', 'b', 'a']) await limitOf(subject);
    expect(asked).toEqual(['a', 'b', 'c', 'a']);
  });
});

function raise(error: Error): () => never {
  return () => {
    throw error;
  };
}
