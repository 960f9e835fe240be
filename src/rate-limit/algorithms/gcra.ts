import { PACE_CALLS_N } from '../lua/generated.js';
import type { Algorithm, WindowShape } from './algorithm.js';

/** Is when the calls counted so far are all due. */
interface Due {
  /** Is in whole microseconds. */
  readonly at: number;
  /** Is what is above that, in parts of a microsecond. */
  readonly rest: number;
}

/**
 * Admits calls at the limit's pace, and up to `burst` of them early: the generic cell rate algorithm. In the worst
 * window that is the limit and the burst together.
 *
 * A microsecond has `limit` parts. A call takes `length` of them, a whole number, so nothing is lost by rounding.
 *
 * @see https://en.wikipedia.org/wiki/Generic_cell_rate_algorithm
 * @internal
 */
export const GCRA: Algorithm<Due> = {
  letter: 'g',
  script: PACE_CALLS_N,
  takes: 'burst',
  shape: ({ limit, windowMs, burst }) => ({ limit, length: windowMs * 1_000, grain: 0, burst }),
  decide(state, { now, cost }, window) {
    const { limit, length, burst } = window;
    const early = state === null ? 0 : Math.max(0, (state.at - now) * limit + state.rest);
    const excess = early + (cost - burst) * length;
    if (cost > 0 && excess > 0) {
      const retry = cost <= burst ? Math.ceil(excess / limit) : length;
      return { allowed: false, state, ...standing(early, window), retry };
    }
    const counted = Math.max(0, early + cost * length);
    const whole = Math.floor(counted / limit);
    const due = counted === 0 ? null : { at: now + whole, rest: Math.max(0, counted - whole * limit) };
    return { allowed: true, state: due, ...standing(counted, window), retry: 0 };
  },
};

function standing(
  early: number,
  { limit, length, burst }: WindowShape,
): { remaining: number; reset: number } {
  return { remaining: Math.max(0, burst - Math.ceil(early / length)), reset: Math.ceil(early / limit) };
}
