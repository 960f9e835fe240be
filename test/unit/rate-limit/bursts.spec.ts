import { describe, expect, it } from '@jest/globals';
import type { Algorithm } from '../../../src/rate-limit/algorithms/algorithm.js';
import { ALGORITHMS } from '../../../src/rate-limit/algorithms/algorithms.js';
import { resolvePolicy } from '../../../src/rate-limit/policies/rate-limit-policy.js';
import {
  BURST_ALGORITHMS,
  type RateLimitAlgorithm,
} from '../../../src/rate-limit/policies/rate-limit-policy.options.js';
import { BucketModel } from '../../support/bucket-model.js';
import { Random } from '../../support/random.js';
import { mostInAnyWindow } from '../../support/sliding-model.js';
import { admit, every, START, subject } from '../../support/trials.js';

const LENGTH = 1_000_000;

function limited(algorithm: RateLimitAlgorithm, limit: number, burst?: number) {
  const twin: Algorithm = ALGORITHMS[algorithm];
  const policy = { limit, window: LENGTH / 1_000, algorithm, ...(burst === undefined ? {} : { burst }) };
  return subject(twin, twin.shape(resolvePolicy(policy)));
}

describe.each(BURST_ALGORITHMS)('%s', (algorithm) => {
  it.each([
    [1, 1],
    [3, 3],
    [7, 2],
    [100, 1],
    [100, 250],
    [1_000_000, 5_000],
    [999_999_937, 1_000_000_000],
  ])('with a limit of %d and a burst of %d answers like the plain model', (limit, burst) => {
    const random = new Random(limit + burst);
    const [decide, model] = [limited(algorithm, limit, burst), new BucketModel(limit, LENGTH, burst)];
    let now = START;
    for (let i = 0; i < 3_000; i++) {
      now += random.below(random.below(3) === 0 ? 1_200_000 : Math.max(2, Math.ceil((2 * LENGTH) / limit)));
      const most = random.below(4) === 0 ? burst : Math.min(burst, 3);
      const cost = random.below(10) === 0 ? -1 - random.below(most) : 1 + random.below(most);
      expect({ i, now, cost, ...decide({ now, cost }) }).toEqual({ i, now, cost, ...model.step(now, cost) });
    }
  });

  it('admits its burst at once and the limit from then on', () => {
    const decide = limited(algorithm, 10, 5);
    expect(admit(decide, [START], 100)).toHaveLength(5);
    const steady = admit(decide, every(LENGTH / 1_000, 10 * LENGTH));
    expect(steady.length).toBe(99);
    expect(mostInAnyWindow(steady, LENGTH)).toBe(10);
  });

  it('admits burst and limit together in its worst window, where the burst is the limit by default', () => {
    const admitted = admit(limited(algorithm, 10), every(LENGTH / 1_000, 10 * LENGTH), 100);
    expect(mostInAnyWindow(admitted, LENGTH)).toBe(19);
  });

  it('with a burst of 1 spaces calls evenly', () => {
    const admitted = admit(limited(algorithm, 4, 1), every(1_000, 3 * LENGTH), 100);
    const gaps = admitted.slice(1).map(({ at }, i) => at - admitted[i]!.at);
    expect(new Set(gaps)).toEqual(new Set([LENGTH / 4]));
  });

  it('never refuses a client that keeps to its limit', () => {
    const times = [...every(LENGTH / 100, 10 * LENGTH)];
    expect(admit(limited(algorithm, 100, 1), times)).toHaveLength(times.length);
  });

  it('never admits more after a step back of the clock', () => {
    const decide = limited(algorithm, 2);
    admit(decide, [START], 2);
    expect(decide({ now: START - LENGTH, cost: 1 })).toMatchObject({ allowed: false, remaining: 0 });
    expect(admit(decide, [START + LENGTH / 2], 2)).toHaveLength(1);
  });
});
