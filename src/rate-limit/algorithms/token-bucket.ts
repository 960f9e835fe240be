import { FILL_BUCKETS_N } from '../lua/generated.js';
import type { Algorithm, WindowShape } from './algorithm.js';

/** Is a bucket when it was last looked at. */
interface Bucket {
  /** Is in microseconds. */
  readonly at: number;
  /** Is what it held, in parts of a token. */
  readonly held: number;
}

/**
 * Fills a bucket of `burst` tokens at the limit's pace, from which each call takes its cost. In the worst window that
 * is the limit and the burst together.
 *
 * A token has as many parts as the window has microseconds: in each of these flow `limit` parts, a whole number, so
 * nothing is lost by rounding.
 *
 * @see https://en.wikipedia.org/wiki/Token_bucket
 * @internal
 */
export const TOKEN_BUCKET: Algorithm<Bucket> = {
  letter: 't',
  script: FILL_BUCKETS_N,
  takes: 'burst',
  shape: ({ limit, windowMs, burst }) => ({ limit, length: windowMs * 1_000, grain: 0, burst }),
  decide(state, call, window) {
    const { limit, length, burst } = window;
    const full = burst * length;
    const now = Math.max(call.now, state?.at ?? 0);
    const level = state === null ? full : Math.min(full, state.held + (now - state.at) * limit);
    const lacking = call.cost * length - level;
    if (call.cost > 0 && lacking > 0) {
      const retry = call.cost <= burst ? Math.ceil(lacking / limit) : length;
      return { allowed: false, state, ...standing(level, window), retry };
    }
    const held = Math.min(full, level - call.cost * length);
    const bucket = held === full ? null : { at: now, held };
    return { allowed: true, state: bucket, ...standing(held, window), retry: 0 };
  },
};

function standing(
  level: number,
  { limit, length, burst }: WindowShape,
): { remaining: number; reset: number } {
  return { remaining: Math.floor(level / length), reset: Math.ceil((burst * length - level) / limit) };
}
