const FIRST_MS = 25;
const CAP_MS = 250;

/**
 * Returns the pause before look `attempt` (from 0) where no message says when to look: half of it by chance, so that
 * many who began together do not look together, from 13 ms to a quarter of a second.
 *
 * @internal
 */
export function pollPauseMs(attempt: number, random = Math.random): number {
  const longestMs = Math.min(CAP_MS, FIRST_MS * 2 ** Math.min(attempt, 10));
  return Math.round((longestMs * (1 + random())) / 2);
}
