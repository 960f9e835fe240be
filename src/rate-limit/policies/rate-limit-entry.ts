import type {
  RateLimitCost,
  RateLimitCostAfter,
  RateLimitCount,
  RateLimitKey,
} from './rate-limit-use.options.js';
import type { ResolvedRule } from './rate-limit-rule.js';

/** Is what one `@RateLimit` says. @internal */
export interface RateLimitEntry {
  /** Is the class, or the class and method, on which it stands. */
  readonly label: string;
  /** Holds its policies: names, and rules written in place. */
  readonly rules: readonly (string | ResolvedRule)[];
  /** Goes before the rules' own. */
  readonly key: RateLimitKey | undefined;
  /** Goes before the rules' own. */
  readonly cost: RateLimitCost | undefined;
  /** Goes before the rules' own. */
  readonly count: RateLimitCount | undefined;
  /** Goes before the rules' own. */
  readonly costAfter: RateLimitCostAfter | undefined;
}

/** Is what `@RateLimit` leaves on a method or class: an entry for each of them. @internal */
export interface RateLimitMetadata {
  readonly entries: readonly RateLimitEntry[];
}

/** Is what `@SkipRateLimit` leaves on a method or class. @internal */
export interface SkipRateLimitMetadata {
  /** Names what is skipped; empty for everything. */
  readonly policies: readonly string[];
}
