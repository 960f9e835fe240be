import { describe, expect, it } from '@jest/globals';
import type { WindowShape } from '../../../src/rate-limit/algorithms/algorithm.js';
import { SLIDING_WINDOW } from '../../../src/rate-limit/algorithms/sliding-window.js';
import { SLIDING_LOG } from '../../../src/rate-limit/algorithms/sliding-log.js';
import { resolvePolicy } from '../../../src/rate-limit/policies/rate-limit-policy.js';
import { Random } from '../../support/random.js';
import { mostInAnyWindow, SlidingModel } from '../../support/sliding-model.js';
import { admit, every, START, subject } from '../../support/trials.js';

function windowOf(limit: number, windowMs: number): WindowShape {
  return SLIDING_WINDOW.shape(resolvePolicy({ limit, window: windowMs }));
}

describe('the sliding window', () => {
  it.each([1, 2, 10, 100, 256])('with a limit of %d answers like the plain model', (limit) => {
    const random = new Random(limit);
    const window = windowOf(limit, 1_000);
    const [decide, model] = [subject(SLIDING_WINDOW, window), new SlidingModel(limit, window.length)];
    let now = START;
    for (let i = 0; i < 3_000; i++) {
      now += random.below(3) === 0 ? random.below(1_200_000) : random.below((2 * window.length) / limit);
      const cost = random.below(10) === 0 ? -1 - random.below(limit) : 1 + random.below(Math.min(limit, 3));
      const { allowed, remaining, reset, retry } = decide({ now, cost });
      expect({ i, allowed, remaining, reset, retry }).toEqual({ i, ...model.step(now, cost) });
    }
  });

  it.each([257, 1_000, 5_000])('with a limit of %d never admits more in any window', (limit) => {
    const random = new Random(limit);
    const window = windowOf(limit, 1_000);
    const decide = subject(SLIDING_WINDOW, window);
    const admitted = [];
    for (let now = START; now < START + 8_000_000; now += random.below(40_000)) {
      const cost = 1 + random.below(limit / 10);
      for (let i = random.below(8); i > 0; i--)
        if (decide({ now, cost }).allowed) admitted.push({ at: now, cost });
    }
    expect(mostInAnyWindow(admitted, window.length)).toBeLessThanOrEqual(limit);
    expect(mostInAnyWindow(admitted, window.length)).toBeGreaterThan(0.8 * limit);
  });

  it.each([
    [100, 0.99],
    [256, 0.99],
    [257, 0.97],
    [2_000, 0.97],
  ])('with a limit of %d admits at least %d of it under twice the load', (limit, share) => {
    const window = windowOf(limit, 1_000);
    const admitted = admit(subject(SLIDING_WINDOW, window), every(window.length / (2 * limit), 10_000_000));
    expect(admitted.length / (10 * limit)).toBeGreaterThanOrEqual(share);
    expect(mostInAnyWindow(admitted, window.length)).toBeLessThanOrEqual(limit);
  });

  it.each([100, 257, 300, 2_000])(
    'with a limit of %d never refuses a client that keeps to 95 %% of it',
    (limit) => {
      const window = windowOf(limit, 1_000);
      const times = [...every(window.length / (0.95 * limit), 5_000_000)];
      expect(admit(subject(SLIDING_WINDOW, window), times)).toHaveLength(times.length);
    },
  );

  it('keeps to the limit when bursts come at the edges of windows', () => {
    const window = windowOf(300, 1_000);
    const edges = [...every(window.length, 20_000_000)].flatMap((at) => [at - 1, at, at + 1]);
    expect(mostInAnyWindow(admit(subject(SLIDING_WINDOW, window), edges, 400), window.length)).toBe(300);
  });

  it('tells times to the microsecond and goes on after a step back of the clock', () => {
    const decide = subject(SLIDING_WINDOW, windowOf(1, 1));
    expect(decide({ now: START, cost: 1 }).allowed).toBe(true);
    expect(decide({ now: START + 999, cost: 1 })).toMatchObject({ allowed: false, retry: 1 });
    expect(decide({ now: START - 5_000, cost: 1 })).toMatchObject({ allowed: false, retry: 1_000 });
    expect(decide({ now: START + 1_000, cost: 1 }).allowed).toBe(true);
  });
});

describe('the sliding log', () => {
  it.each([100, 257, 1_000])('with a limit of %d answers like the plain model', (limit) => {
    const random = new Random(limit);
    const window = SLIDING_LOG.shape(resolvePolicy({ limit, window: 1_000, algorithm: 'sliding-log' }));
    const [decide, model] = [subject(SLIDING_LOG, window), new SlidingModel(limit, window.length)];
    let now = START;
    for (let i = 0; i < 3_000; i++) {
      now += random.below(20) === 0 ? random.below(1_200_000) : random.below(500);
      const cost = random.below(10) === 0 ? -1 - random.below(limit) : 1 + random.below(3);
      expect({ i, ...decide({ now, cost }) }).toEqual({ i, ...model.step(now, cost) });
    }
  });

  it('goes on counting where a sliding window has stopped, and the other way round', () => {
    const [cells, calls] = [windowOf(1_000, 1_000), { ...windowOf(1_000, 1_000), grain: 0 }];
    const first = SLIDING_WINDOW.decide(null, { now: START, cost: 600 }, cells);
    const second = SLIDING_LOG.decide(first.state, { now: START + 1, cost: 300 }, calls);
    const third = SLIDING_WINDOW.decide(
      second.state as typeof first.state,
      { now: START + 2, cost: 101 },
      cells,
    );
    expect([second.remaining, third.remaining, third.allowed]).toEqual([100, 100, false]);
  });
});
