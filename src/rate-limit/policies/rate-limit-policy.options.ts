import type { ExecutionContext } from '@nestjs/common';
import { DURATION_FORM, readDuration, type Duration } from '../../common/duration.js';
import { IsFlag, IsOneOf, IsText, rule } from '../../common/option-rules.js';

/** Lists how calls may be counted. @internal */
export const RATE_LIMIT_ALGORITHMS = [
  'sliding-window',
  'fixed-window',
  'sliding-log',
  'token-bucket',
  'gcra',
] as const;

/** Names how calls are counted. @publicApi */
export type RateLimitAlgorithm = (typeof RATE_LIMIT_ALGORITHMS)[number];

/** Lists the algorithms that know a burst. @internal */
export const BURST_ALGORITHMS = ['token-bucket', 'gcra'] as const satisfies readonly RateLimitAlgorithm[];

/** Says what a limit does while Redis is away: let all pass, refuse all with 503, or count here. @publicApi */
export type RateLimitOnRedisDown = 'allow' | 'deny' | 'memory';

/**
 * Finds the limit of one subject, for example by its plan: a whole number from 1 to 1,000,000,000.
 *
 * It gets the subject as the policy's key found it, and the call, where a handler or method is limited and not
 * `RateLimitService` asked. Its answer is kept for the subject for `limitTtl`.
 *
 * @publicApi
 */
export type RateLimitFinder = {
  find(subject: string, context?: ExecutionContext): number | Promise<number>;
}['find'];

/** Is what the largest limit may be. @internal */
export const MAX_LIMIT = 1_000_000_000;

/** Is what the largest limit of a sliding log may be: each call reads and writes the whole log. @internal */
export const MAX_LOG_LIMIT = 10_000;

/** Is how many blocks a list of them may have. */
const MAX_BLOCKS = 16;

/** Says which names policies may have. @internal */
export const POLICY_NAME = /^[\w.:/-]{1,64}$/;

/** Says the same in words. @internal */
export const POLICY_NAME_FORM = "1 to 64 letters, digits, '_', '.', ':', '/' or '-'";

/** Tells whether a value can be a limit, a burst or a cost. @internal */
export function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && (value as number) >= 1 && (value as number) <= MAX_LIMIT;
}

/** Says how much a subject may consume in which time. @publicApi */
export class RateLimitPolicy {
  /**
   * Names the policy in keys, headers, decisions and metrics: 1 to 64 letters, digits and `_ . : / -`. Subjects are
   * counted by this name, so two policies of one name share their counters.
   *
   * @default its key in `rateLimit.policies`; under `@RateLimit` the class and method; else for example `10-per-60s`
   */
  @IsText(POLICY_NAME, POLICY_NAME_FORM)
  name?: string;

  /** Is how much may be consumed in a window: a whole number from 1 to 1,000,000,000, or a function that finds it. */
  @rule({
    name: 'isLimit',
    mustBe: `a whole number from 1 to ${MAX_LIMIT}, or a function of the subject`,
    accepts: (value) => typeof value === 'function' || isCount(value),
    required: true,
  })
  limit!: number | RateLimitFinder;

  /** Is how long an answer of a `limit` function holds for a subject. @default '1m' */
  @rule({
    name: 'isLimitTtl',
    mustBe: `${DURATION_FORM}, and only with a limit that is a function`,
    accepts: (value, { limit }: Partial<RateLimitPolicy>) =>
      readDuration(value) !== null && typeof limit === 'function',
  })
  limitTtl?: Duration;

  /** Is the length of the window. */
  @rule({
    name: 'isWindow',
    mustBe: DURATION_FORM,
    accepts: (value) => readDuration(value) !== null,
    required: true,
  })
  window!: Duration;

  /** Says how calls are counted; `'sliding-log'` only for limits to 10,000. @default 'sliding-window' */
  @IsOneOf(...RATE_LIMIT_ALGORITHMS)
  @rule({
    name: 'fitsLimit',
    mustBe: `another, such as 'sliding-window', for a limit above ${MAX_LOG_LIMIT}`,
    accepts: (value, { limit = 0 }: Partial<RateLimitPolicy>) =>
      value !== 'sliding-log' || typeof limit === 'function' || limit <= MAX_LOG_LIMIT,
  })
  algorithm?: RateLimitAlgorithm;

  /**
   * Is how much may be consumed at once, from 1 to 1,000,000,000; only for `'token-bucket'` and `'gcra'`,
   * which admit up to the limit and the burst together in a window.
   *
   * @default the limit
   */
  @rule({
    name: 'isBurst',
    mustBe: `a whole number from 1 to ${MAX_LIMIT}, and only with algorithm ${BURST_ALGORITHMS.map((name) => `'${name}'`).join(' or ')}`,
    accepts: (value, { algorithm }: Partial<RateLimitPolicy>) =>
      isCount(value) && BURST_ALGORITHMS.some((name) => name === algorithm),
  })
  burst?: number;

  /**
   * Refuses a subject for this long once it has exceeded the limit; of up to 16 durations, for the first the first time,
   * for the second the second time, and so on, for the last from then on.
   *
   * @default only until there is room again
   */
  @rule({
    name: 'isBlock',
    mustBe: `${DURATION_FORM}, or a list of 1 to ${MAX_BLOCKS} of these`,
    accepts: (value) => {
      const blocks = Array.isArray(value) ? (value as unknown[]) : [value];
      return (
        blocks.length > 0 && blocks.length <= MAX_BLOCKS && blocks.every((one) => readDuration(one) !== null)
      );
    },
  })
  block?: Duration | readonly Duration[];

  /** Is for how long after a block it counts when the next is chosen from the list. @default the longest block */
  @rule({
    name: 'isForgive',
    mustBe: `${DURATION_FORM}, and only with a block that is a list`,
    accepts: (value, { block }: Partial<RateLimitPolicy>) =>
      readDuration(value) !== null && Array.isArray(block),
  })
  forgive?: Duration;

  /** Says what happens while Redis is away. @default 'memory' */
  @IsOneOf('allow', 'deny', 'memory')
  onRedisDown?: RateLimitOnRedisDown;

  /** Counts and reports by events and metrics, but refuses nobody and sends no headers. @default false */
  @IsFlag()
  shadow?: boolean;
}
