/** Bounds an exponential backoff. @internal */
export interface BackoffBounds {
  /** Is the upper bound of the first pause, in milliseconds. */
  readonly baseMs: number;
  /** Caps every pause, in milliseconds. */
  readonly capMs: number;
}

/**
 * Returns the pause before try `attempt` (from 0): a random time from 0 to min(cap, base · 2^attempt).
 *
 * @see https://aws.amazon.com/blogs/architecture/exponential-backoff-and-jitter/ "Full Jitter"
 * @internal
 */
export function fullJitter(attempt: number, { baseMs, capMs }: BackoffBounds, random = Math.random): number {
  return Math.round(random() * Math.min(capMs, baseMs * 2 ** Math.min(attempt, 30)));
}
