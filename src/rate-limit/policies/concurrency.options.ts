import { DURATION_FORM, readDuration, type Duration } from '../../common/duration.js';
import { IsFlag, IsOneOf, IsText, rule } from '../../common/option-rules.js';
import { POLICY_NAME, POLICY_NAME_FORM, type RateLimitOnRedisDown } from './rate-limit-policy.options.js';
import { IsKey, type RateLimitKey } from './rate-limit-use.options.js';

/** Is how many calls of a subject may be in flight at most: each writes and reads among the others. @internal */
export const MAX_CONCURRENCY = 10_000;

const MIN_LEASE_MS = 1_000;

/** Says how many calls of a subject may be in flight at once. @publicApi */
export class ConcurrencyPolicy {
  /**
   * Names the policy in keys, headers, decisions and metrics: 1 to 64 letters, digits and `_ . : / -`. Subjects are
   * counted by this name.
   *
   * @default its key in `rateLimit.policies`; under `@RateLimit` the class and method; else for example `5-at-once`
   */
  @IsText(POLICY_NAME, POLICY_NAME_FORM)
  name?: string;

  /** Is how many calls may be in flight: a whole number from 1 to 10,000. */
  @rule({
    name: 'isConcurrency',
    mustBe: `a whole number from 1 to ${MAX_CONCURRENCY}`,
    accepts: (value) =>
      Number.isSafeInteger(value) && (value as number) >= 1 && (value as number) <= MAX_CONCURRENCY,
    required: true,
  })
  concurrency!: number;

  /**
   * Is after how long the permits of a process that has died are there again, from 1 second; a live one renews its own.
   *
   * @default '30s'
   */
  @rule({
    name: 'isLease',
    mustBe: `at least 1 second, as ${DURATION_FORM}`,
    accepts: (value) => (readDuration(value) ?? 0) >= MIN_LEASE_MS,
  })
  lease?: Duration;

  /** Says what happens while Redis is away. @default 'memory' */
  @IsOneOf('allow', 'deny', 'memory')
  onRedisDown?: RateLimitOnRedisDown;

  /** Counts and reports by events and metrics, but refuses nobody and sends no headers. @default false */
  @IsFlag()
  shadow?: boolean;
}

/** Is a limit of calls in flight with the way in which methods use it. @publicApi */
export class ConcurrencyRule extends ConcurrencyPolicy {
  /** Says who is counted; mandatory on service methods, where it must be a function. @default 'ip' */
  @IsKey
  key?: RateLimitKey;
}

/** Tells a policy of calls in flight from one of calls in a window. @internal */
export function isConcurrency(policy: unknown): policy is ConcurrencyPolicy {
  return 'concurrency' in (Object(policy) as object);
}
