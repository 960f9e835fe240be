import type { ExecutionContext } from '@nestjs/common';
import { DURATION_FORM, readDuration, toMs, type Duration } from '../common/duration.js';
import {
  IsCallable,
  IsDuration,
  IsFlag,
  IsOneOf,
  IsText,
  IsWholeNumber,
  rule,
} from '../common/option-rules.js';
import { Nested } from '../common/option-validation.js';

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
 * Says who is counted: the caller's address, the user, the holder of an API key, or whom a function of the call names.
 * One that finds nobody fails the call.
 *
 * For a service method, `getArgs()` of the context answers the method's arguments and `getType()` is `'service'`.
 *
 * @publicApi
 */
export type RateLimitKey =
  'ip' | 'user' | 'api-key' | ((context: ExecutionContext) => string | Promise<string>);

/** Is what a call consumes: a whole number from 1, or a function of the call that answers one; 0 is free. @publicApi */
export type RateLimitCost = number | ((context: ExecutionContext) => number | Promise<number>);

/** Names a user. @publicApi */
export type RateLimitUserId = string | number | bigint | undefined;

/** Is what every kind of request has in common: HTTP on either platform, GraphQL, and a WebSocket's handshake. @publicApi */
export interface RateLimitRequest {
  readonly ip?: string | undefined;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Is what your authentication guard has put there. */
  readonly user?: unknown;
}

/** Finds the user of a request; its parameter may be the platform's own type of request. @publicApi */
export type RateLimitUserFinder = { find(request: RateLimitRequest): RateLimitUserId }['find'];

/** Is what the largest limit may be. @internal */
export const MAX_LIMIT = 1_000_000_000;

/** Is what the largest limit of a sliding log may be: each call reads and writes the whole log. @internal */
export const MAX_LOG_LIMIT = 10_000;

const POLICY_NAME = /^[\w.:/-]{1,64}$/;
const POLICY_NAME_FORM = "1 to 64 letters, digits, '_', '.', ':', '/' or '-'";

const isCount = (value: unknown): boolean =>
  Number.isSafeInteger(value) && (value as number) >= 1 && (value as number) <= MAX_LIMIT;

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

  /** Is how much may be consumed in a window: a whole number from 1 to 1,000,000,000. */
  @rule({
    name: 'isLimit',
    mustBe: `a whole number from 1 to ${MAX_LIMIT}`,
    accepts: isCount,
    required: true,
  })
  limit!: number;

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
      value !== 'sliding-log' || limit <= MAX_LOG_LIMIT,
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

  /** Refuses a subject for this long once it has exceeded the limit. @default only until there is room again */
  @IsDuration()
  block?: Duration;

  /** Says what happens while Redis is away. @default 'memory' */
  @IsOneOf('allow', 'deny', 'memory')
  onRedisDown?: RateLimitOnRedisDown;
}

const IsKey = rule({
  name: 'isRateLimitKey',
  mustBe: "'ip', 'user', 'api-key' or a function of the execution context",
  accepts: (value) => typeof value === 'function' || ['ip', 'user', 'api-key'].includes(value as string),
});

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
}

/** Is a policy with the way in which methods use it. @publicApi */
export class RateLimitRule extends RateLimitPolicy implements RateLimitUse {
  /** Says who is counted; mandatory on service methods, where it must be a function. @default 'ip' */
  @IsKey
  key?: RateLimitKey;

  /** Is what one call consumes. @default 1 */
  @IsCost
  cost?: RateLimitCost;
}

/** Configures rate limits. @publicApi */
export class RateLimitModuleOptions {
  /** Is applied by `RateLimitGuard` to every handler it guards. @default none */
  @Nested(() => RateLimitRule)
  default?: RateLimitRule;

  /** Holds the policies that `@RateLimit('name')` and `RateLimitService` know by name. @default none */
  @Nested(() => RateLimitRule, 'record')
  @rule({
    name: 'hasPolicyNames',
    mustBe: `an object of policies, each name ${POLICY_NAME_FORM}`,
    accepts: (value) => Object.keys(value ?? {}).every((name) => POLICY_NAME.test(name)),
  })
  policies?: Record<string, RateLimitRule>;

  /** Sends `X-RateLimit-Limit`, `-Remaining` and `-Reset` beside the standard headers. @default true */
  @IsFlag()
  legacyHeaders?: boolean;

  /** Finds the user of a request for `key: 'user'`. @default `request.user.id`, else `request.user.sub` */
  @IsCallable()
  user?: RateLimitUserFinder;

  /** Is the request header that holds the key for `key: 'api-key'`. @default 'x-api-key' */
  @IsText(/^[\w!#$%&'*+.^`|~-]+$/, "the name of a header, such as 'x-api-key'")
  apiKeyHeader?: string;

  /** Is how many leading bits of an IPv6 address count as one caller, from 32 to 128. @default 64 */
  @IsWholeNumber(32, 128)
  ipv6Prefix?: number;

  /** Is how long a decision may wait for Redis before `onRedisDown` decides. @default '50ms' */
  @IsDuration()
  decisionTimeout?: Duration;

  /**
   * Is how many windows of subjects the process counts while Redis is away, and of how many refused ones it knows that
   * without asking, from 1; the oldest go first.
   *
   * @default 10000
   */
  @IsWholeNumber(1)
  memorySubjects?: number;
}

/** Is the options with every default resolved. @internal */
export interface ResolvedRateLimitOptions {
  readonly default: RateLimitRule | undefined;
  readonly policies: Readonly<Record<string, RateLimitRule>>;
  readonly legacyHeaders: boolean;
  readonly user: RateLimitUserFinder;
  /** Is in lower case. */
  readonly apiKeyHeader: string;
  readonly ipv6Prefix: number;
  readonly decisionTimeoutMs: number;
  readonly memorySubjects: number;
}

/** Resolves every default. @internal */
export function resolveRateLimitOptions(raw: RateLimitModuleOptions = {}): ResolvedRateLimitOptions {
  return {
    default: raw.default,
    policies: raw.policies ?? {},
    legacyHeaders: raw.legacyHeaders ?? true,
    user: raw.user ?? userOf,
    apiKeyHeader: (raw.apiKeyHeader ?? 'x-api-key').toLowerCase(),
    ipv6Prefix: raw.ipv6Prefix ?? 64,
    decisionTimeoutMs: toMs(raw.decisionTimeout ?? '50ms', 'rateLimit.decisionTimeout'),
    memorySubjects: raw.memorySubjects ?? 10_000,
  };
}

function userOf(request: RateLimitRequest): RateLimitUserId {
  const user = request.user as { id?: RateLimitUserId; sub?: RateLimitUserId } | undefined;
  return user?.id ?? user?.sub;
}
