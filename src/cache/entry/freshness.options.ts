import { InvalidOptionsError, type OptionProblem } from '../../common/errors.js';
import { readDuration, toMs, type Duration } from '../../common/duration.js';
import { IsDuration, IsDurationOrFalse, rule } from '../../common/option-rules.js';

/**
 * Says what happens when a value grows old, and when its loader is slow or fails: for one entry, for a method, for an
 * entity, or for the whole cache. `false` turns off what a wider one has turned on.
 *
 * @publicApi
 */
export class FreshnessOptions {
  /**
   * Serves a value for this long after its ttl, while one caller in the whole cluster loads it anew in the background.
   * @default off
   */
  @IsDurationOrFalse()
  swr?: Duration | false;

  /** Serves a value for this long after its ttl when its loader fails. @default off */
  @IsDurationOrFalse()
  staleIfError?: Duration | false;

  /**
   * Is the share of the ttl, between 0 and 1, after which a hit loads the value anew in the background, so that values
   * in use never grow old. @default off
   */
  @rule({ name: 'isShare', mustBe: 'a number above 0 and below 1, or false', accepts: isShareOrFalse })
  earlyRefresh?: number | false;

  /**
   * Is how long a caller waits for a loader before it takes the old value, if there is one; the loader goes on.
   * @default off
   */
  @IsDurationOrFalse()
  @rule({
    name: 'isBelowHardTimeout',
    mustBe: "shorter than 'hardTimeout'",
    accepts: (value, { hardTimeout }: FreshnessOptions) => isShorter(value, hardTimeout),
  })
  softTimeout?: Duration | false;

  /** Limits a loader: then all who wait are rejected, and the loader's `signal` aborts. @default off */
  @IsDurationOrFalse()
  hardTimeout?: Duration | false;

  /** Is how long a loader that failed is not asked again; callers get its error, or the old value. @default off */
  @IsDurationOrFalse()
  errorTtl?: Duration | false;

  /** Is how long `null` and `undefined` live. @default as long as other values */
  @IsDuration()
  negativeTtl?: Duration;
}

/** Is what freshness options come to; 0 stands for off. @internal */
export interface FreshnessPolicy {
  readonly swrMs: number;
  readonly staleIfErrorMs: number;
  readonly earlyRefresh: number;
  readonly softTimeoutMs: number;
  readonly hardTimeoutMs: number;
  readonly errorTtlMs: number;
  readonly negativeTtlMs: number;
}

/** Is the policy of a cache that is given none. @internal */
export const NO_FRESHNESS: FreshnessPolicy = {
  swrMs: 0,
  staleIfErrorMs: 0,
  earlyRefresh: 0,
  softTimeoutMs: 0,
  hardTimeoutMs: 0,
  errorTtlMs: 0,
  negativeTtlMs: 0,
};

/**
 * Applies the defaults.
 *
 * @throws {InvalidOptionsError} when one is no duration, or no share.
 * @internal
 */
export function resolveFreshness(options: FreshnessOptions, defaults: FreshnessPolicy): FreshnessPolicy {
  const { swr, staleIfError, earlyRefresh, softTimeout, hardTimeout, errorTtl, negativeTtl } = options;
  const hasOwn =
    (swr ?? staleIfError ?? earlyRefresh ?? softTimeout ?? hardTimeout ?? errorTtl ?? negativeTtl) !==
    undefined;
  if (!hasOwn) return defaults;
  if (earlyRefresh !== undefined && !isShareOrFalse(earlyRefresh)) throw refused(BAD_SHARE);
  if (!isShorter(softTimeout, hardTimeout)) throw refused(BAD_SOFT_TIMEOUT);
  return {
    swrMs: orOff(swr, 'swr') ?? defaults.swrMs,
    staleIfErrorMs: orOff(staleIfError, 'staleIfError') ?? defaults.staleIfErrorMs,
    earlyRefresh: earlyRefresh === false ? 0 : (earlyRefresh ?? defaults.earlyRefresh),
    softTimeoutMs: orOff(softTimeout, 'softTimeout') ?? defaults.softTimeoutMs,
    hardTimeoutMs: orOff(hardTimeout, 'hardTimeout') ?? defaults.hardTimeoutMs,
    errorTtlMs: orOff(errorTtl, 'errorTtl') ?? defaults.errorTtlMs,
    negativeTtlMs: orOff(negativeTtl, 'negativeTtl') ?? defaults.negativeTtlMs,
  };
}

const BAD_SHARE: OptionProblem = {
  path: 'earlyRefresh',
  message: 'must be a number above 0 and below 1, or false',
};
const BAD_SOFT_TIMEOUT: OptionProblem = {
  path: 'softTimeout',
  message: "must be shorter than 'hardTimeout'",
};

function refused(problem: OptionProblem): InvalidOptionsError {
  return new InvalidOptionsError('Cache entry', [problem]);
}

function orOff(value: Duration | false | undefined, path: string): number | undefined {
  return value === undefined ? undefined : value === false ? 0 : toMs(value, path);
}

function isShareOrFalse(value: unknown): boolean {
  return value === false || (typeof value === 'number' && value > 0 && value < 1);
}

function isShorter(soft: unknown, hard: unknown): boolean {
  const [softMs, hardMs] = [readDuration(soft), readDuration(hard)];
  return softMs === null || hardMs === null || softMs < hardMs;
}
