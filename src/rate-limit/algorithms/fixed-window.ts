import { FIX_WINDOWS_N } from '../lua/generated.js';
import type { Algorithm } from './algorithm.js';

/** Is what a window has counted since it began. */
interface Count {
  /** Is in microseconds. */
  readonly began: number;
  readonly used: number;
}

/**
 * Counts from a subject's first call until the window has passed, then starts afresh: the least work and state there
 * is, at the price of up to twice the limit around the end of a window.
 *
 * @internal
 */
export const FIXED_WINDOW: Algorithm<Count> = {
  letter: 'f',
  script: FIX_WINDOWS_N,
  takes: 'grain',
  shape: ({ limit, windowMs, burst }) => ({ limit, length: windowMs * 1_000, grain: 0, burst }),
  decide(state, call, { limit, length }) {
    const now = Math.max(call.now, state?.began ?? 0);
    const { began, used } = state !== null && now < state.began + length ? state : { began: now, used: 0 };
    const left = began + length - now;
    if (call.cost > 0 && used + call.cost > limit) {
      return {
        allowed: false,
        state,
        remaining: Math.max(0, limit - used),
        reset: used > 0 ? left : 0,
        retry: call.cost <= limit ? left : length,
      };
    }
    const counted = Math.max(0, used + call.cost);
    return {
      allowed: true,
      state: counted === 0 ? null : { began, used: counted },
      remaining: Math.max(0, limit - counted),
      reset: counted === 0 ? 0 : left,
      retry: 0,
    };
  },
};
