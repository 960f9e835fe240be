import type { ExecutionContext } from '@nestjs/common';
import { IsCallable, IsOneOf, rule } from '../../common/option-rules.js';
import { isCount, MAX_LIMIT, RateLimitPolicy } from './rate-limit-policy.options.js';

/** Finds whom a call counts for: a text that is not empty. @publicApi */
export type RateLimitKeyFinder = { find(context: ExecutionContext): string | Promise<string> }['find'];

/**
 * Says who is counted: the caller's address, the user, the holder of an API key, what a header holds, or whom a function
 * of the call names.
 *
 * For a service method, `getArgs()` of the context answers the method's arguments and `getType()` is `'service'`.
 *
 * @publicApi
 */
export type RateLimitSingleKey = 'ip' | 'user' | 'api-key' | { readonly header: string } | RateLimitKeyFinder;

/** Says who is counted, by one thing or by several together: `['ip', 'user']`. @publicApi */
export type RateLimitKey = RateLimitSingleKey | readonly RateLimitSingleKey[];

/** Is what a call consumes: a whole number from 1, or a function of the call that answers one; 0 is free. @publicApi */
export type RateLimitCost = number | ((context: ExecutionContext) => number | Promise<number>);

/** Is how a call of a handler or method ended. @publicApi */
export interface RateLimitOutcome {
  /** Is true when it threw, and over HTTP when the status of its answer is 400 or more. */
  readonly failed: boolean;
  /** Is what the handler or method answered, if it did. */
  readonly result?: unknown;
  /** Is what the handler or method threw, if it did. */
  readonly error?: unknown;
  /** Is the status of the answer over HTTP, if it was sent. */
  readonly status?: number | undefined;
  /** Is how many bytes were sent over HTTP/1, headers included. */
  readonly bytes?: number | undefined;
}

/** Says which calls count in the end. @publicApi */
export type RateLimitCount = 'all' | 'failures' | 'successes';

/** Finds what a call has consumed once it has ended: a whole number from 0. @publicApi */
export type RateLimitCostAfter = {
  find(context: ExecutionContext, outcome: RateLimitOutcome): number | Promise<number>;
}['find'];

/** Is how the name of a header is written. @internal */
export const HEADER_NAME = /^[\w!#$%&'*+.^`|~-]+$/;

const KINDS: readonly unknown[] = ['ip', 'user', 'api-key'];

function isSingleKey(value: unknown): boolean {
  if (typeof value === 'function' || KINDS.includes(value)) return true;
  const { header, ...others } = Object(value) as { header?: unknown };
  return typeof header === 'string' && HEADER_NAME.test(header) && Object.keys(others).length === 0;
}

/** Accepts who may be counted. @internal */
export const IsKey = rule({
  name: 'isRateLimitKey',
  mustBe:
    "'ip', 'user', 'api-key', { header: 'x-name' }, a function of the execution context, or a list of these",
  accepts: (value) =>
    Array.isArray(value) ? value.length > 0 && value.every(isSingleKey) : isSingleKey(value),
});

const IsCostAfter = IsCallable();
const IsCountOf = IsOneOf('all', 'failures', 'successes');

const IsCost = rule({
  name: 'isRateLimitCost',
  mustBe: `a whole number from 1 to ${MAX_LIMIT}, or a function of the execution context`,
  accepts: (value) => typeof value === 'function' || isCount(value),
});

/** Says who is counted by a method's calls, and how much. @publicApi */
export class RateLimitUse {
  /** Says who is counted; mandatory on service methods, where it must be a function. @default the policy's, else 'ip' */
  @IsKey
  key?: RateLimitKey;

  /** Is what one call consumes. @default the policy's, else 1 */
  @IsCost
  cost?: RateLimitCost;

  /**
   * Says which calls count: each takes its cost before it runs, and gets it back if it ends otherwise.
   *
   * @default the policy's, else 'all'
   */
  @IsCountOf
  count?: RateLimitCount;

  /**
   * Finds what a call has consumed once it has ended; what it took before is made up to that.
   *
   * @default the policy's, else the cost
   */
  @IsCostAfter
  costAfter?: RateLimitCostAfter;
}

/** Is a policy with the way in which methods use it. @publicApi */
export class RateLimitRule extends RateLimitPolicy implements RateLimitUse {
  /** Says who is counted; mandatory on service methods, where it must be a function. @default 'ip' */
  @IsKey
  key?: RateLimitKey;

  /** Is what one call consumes. @default 1 */
  @IsCost
  cost?: RateLimitCost;

  /**
   * Says which calls count: each takes its cost before it runs, and gets it back if it ends otherwise.
   *
   * @default 'all'
   */
  @IsCountOf
  count?: RateLimitCount;

  /**
   * Finds what a call has consumed once it has ended; what it took before is made up to that.
   *
   * @default the cost
   */
  @IsCostAfter
  costAfter?: RateLimitCostAfter;
}
