import { SLIDE_WINDOWS_N } from '../lua/generated.js';
import type { Algorithm, Trial, TrialCall, WindowShape } from './algorithm.js';

/** Is the largest limit for which each call is kept on its own. @internal */
export const EXACT_UP_TO = 256;

/** Counts the cells of a window above that; an entry leaves late by less than one of them. */
const CELLS = 64;

/** Is the calls of one moment, or of one cell. */
interface Entry {
  /** Is when the last of them came, in microseconds. */
  readonly at: number;
  readonly cost: number;
}

/**
 * Admits never more than the limit in any window.
 *
 * Up to a limit of 256 it is exact. Above, calls share the 64 cells of a window, and a cell leaves only when its last
 * call does: a client that keeps to 64/65 of its limit is never refused.
 *
 * @internal
 */
export const SLIDING_WINDOW: Algorithm<readonly Entry[]> = {
  letter: 's',
  script: SLIDE_WINDOWS_N,
  takes: 'grain',
  shape: ({ limit, windowMs, burst }) => {
    const length = windowMs * 1_000;
    return { limit, length, grain: limit > EXACT_UP_TO ? Math.ceil(length / CELLS) : 0, burst };
  },
  decide(state, call, window) {
    const newest = state?.at(-1)?.at ?? 0;
    const now = Math.max(call.now, newest);
    const live = (state ?? []).filter(({ at }) => at > now - window.length);
    const used = live.reduce((sum, { cost }) => sum + cost, 0);
    if (call.cost > 0 && used + call.cost > window.limit)
      return denied(live, { now, cost: call.cost }, window);
    return allowed(count(live, { now, cost: call.cost }, window), now, window);
  },
};

function count(live: readonly Entry[], { now, cost }: TrialCall, { grain }: WindowShape): readonly Entry[] {
  if (cost <= 0) return giveBack(live, -cost);
  const last = live.at(-1);
  const sameCell = grain > 0 && last !== undefined && Math.floor(last.at / grain) === Math.floor(now / grain);
  return sameCell
    ? [...live.slice(0, -1), { at: now, cost: last.cost + cost }]
    : [...live, { at: now, cost }];
}

function giveBack(live: readonly Entry[], amount: number): readonly Entry[] {
  const kept = [...live];
  let left = amount;
  for (let last = kept.at(-1); left > 0 && last !== undefined; last = kept.at(-1)) {
    kept.pop();
    if (last.cost > left) kept.push({ at: last.at, cost: last.cost - left });
    left -= Math.min(last.cost, left);
  }
  return kept;
}

function allowed(
  live: readonly Entry[],
  now: number,
  { limit, length }: WindowShape,
): Trial<readonly Entry[]> {
  const used = live.reduce((sum, { cost }) => sum + cost, 0);
  const last = live.at(-1);
  const reset = last === undefined ? 0 : last.at + length - now;
  return {
    allowed: true,
    state: last === undefined ? null : live,
    remaining: Math.max(0, limit - used),
    reset,
    retry: 0,
  };
}

function denied(
  live: readonly Entry[],
  { now, cost }: TrialCall,
  window: WindowShape,
): Trial<readonly Entry[]> {
  const seen = allowed(live, now, window);
  let room = window.limit - live.reduce((sum, entry) => sum + entry.cost, 0);
  const frees = live.find((entry) => (room += entry.cost) >= cost);
  const retry = frees === undefined ? window.length : frees.at + window.length - now;
  return { ...seen, allowed: false, retry };
}
