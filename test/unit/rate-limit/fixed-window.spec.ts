import { describe, expect, it } from '@jest/globals';
import { FIXED_WINDOW } from '../../../src/rate-limit/algorithms/fixed-window.js';
import { resolvePolicy } from '../../../src/rate-limit/policies/rate-limit-policy.js';
import { Random } from '../../support/random.js';
import { mostInAnyWindow } from '../../support/sliding-model.js';
import { admit, every, START, subject } from '../../support/trials.js';

const LENGTH = 1_000_000;

function windowOf(limit: number) {
  return FIXED_WINDOW.shape(resolvePolicy({ limit, window: LENGTH / 1_000, algorithm: 'fixed-window' }));
}

/** Keeps a counter and when it ends: what INCR and PEXPIRE do. */
class CounterModel {
  #used = 0;
  #ends = 0;

  constructor(readonly limit: number) {}

  step(now: number, cost: number) {
    if (now >= this.#ends) this.#used = 0;
    if (this.#used === 0) this.#ends = now + LENGTH;
    const allowed = cost < 0 || this.#used + cost <= this.limit;
    if (allowed) this.#used = Math.max(0, this.#used + cost);
    const reset = this.#used === 0 ? 0 : this.#ends - now;
    return { allowed, remaining: this.limit - this.#used, reset, retry: allowed ? 0 : reset };
  }
}

describe('the fixed window', () => {
  it.each([1, 3, 100, 5_000])('with a limit of %d answers like a plain counter', (limit) => {
    const random = new Random(limit);
    const [decide, model] = [subject(FIXED_WINDOW, windowOf(limit)), new CounterModel(limit)];
    let now = START;
    for (let i = 0; i < 3_000; i++) {
      now += random.below(3) === 0 ? random.below(1_200_000) : random.below((2 * LENGTH) / limit);
      const cost = random.below(10) === 0 ? -1 - random.below(limit) : 1 + random.below(Math.min(limit, 3));
      expect({ i, ...decide({ now, cost }) }).toEqual({ i, ...model.step(now, cost) });
    }
  });

  it('admits the limit in each of its windows, and up to twice that around an edge', () => {
    const decide = subject(FIXED_WINDOW, windowOf(10));
    expect(admit(decide, every(LENGTH / 40, 5 * LENGTH))).toHaveLength(50);
    const burst = subject(FIXED_WINDOW, windowOf(10));
    burst({ now: START, cost: 1 });
    const edges = admit(burst, [START + LENGTH - 1, START + LENGTH], 100);
    expect(mostInAnyWindow(edges, LENGTH)).toBe(19);
  });

  it('goes on after a step back of the clock', () => {
    const decide = subject(FIXED_WINDOW, windowOf(1));
    decide({ now: START, cost: 1 });
    expect(decide({ now: START - 5_000, cost: 1 })).toMatchObject({ allowed: false, retry: LENGTH });
    expect(decide({ now: START + LENGTH, cost: 1 }).allowed).toBe(true);
  });
});
