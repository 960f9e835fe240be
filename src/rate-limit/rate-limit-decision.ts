import type { RateLimitExcess } from './rate-limit.errors.js';

/** Says whether a call may go on, and how its tightest window stands. @publicApi */
export interface RateLimitDecision extends RateLimitExcess {
  readonly allowed: boolean;
}
