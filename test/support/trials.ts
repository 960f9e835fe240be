import type { Algorithm, Trial, TrialCall, WindowShape } from '../../src/rate-limit/algorithms/algorithm.js';

/** Is where the clock of the tests stands at first, in microseconds. */
export const START = 1_700_000_000_000_000;

/** Decides one subject's calls, as the process does while Redis is away. */
export function subject<S>(
  algorithm: Algorithm<S>,
  window: WindowShape,
): (call: TrialCall) => Omit<Trial<S>, 'state'> {
  let state: S | null = null;
  return (call) => {
    const { state: next, ...seen } = algorithm.decide(state, call, window);
    if (seen.allowed) state = next;
    return seen;
  };
}

/** Admits as much as it can at each of the times; answers what was admitted. */
export function admit<S>(
  decide: (call: TrialCall) => Omit<Trial<S>, 'state'>,
  times: Iterable<number>,
  tries = 1,
): { at: number; cost: number }[] {
  const admitted = [];
  for (const at of times) {
    for (let i = 0; i < tries && decide({ now: at, cost: 1 }).allowed; i++) admitted.push({ at, cost: 1 });
  }
  return admitted;
}

/** Lists times that far apart, in microseconds. */
export function* every(stepUs: number, forUs: number): Iterable<number> {
  for (let at = 0; at < forUs; at += stepUs) yield START + Math.floor(at);
}
