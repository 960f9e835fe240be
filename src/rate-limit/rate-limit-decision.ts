/** Says whether a call may go on, and how its tightest window stands; times count from now. @publicApi */
export interface RateLimitDecision {
  readonly allowed: boolean;
  /** Is the name of the policy whose window is the tightest. */
  readonly policy: string;
  readonly limit: number;
  /** Is what the subject may still consume. */
  readonly remaining: number;
  /** Is how many milliseconds it takes until the whole limit is there again, if nothing more is consumed. */
  readonly resetMs: number;
  /** Is how many milliseconds it takes until the same call would be allowed; 0 if it is. */
  readonly retryAfterMs: number;
  /** Is true when Redis could not be asked, so that the policy's `onRedisDown` decided. */
  readonly degraded: boolean;
}
