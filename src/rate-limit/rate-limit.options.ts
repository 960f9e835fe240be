import type { ExecutionContext } from '@nestjs/common';
import { toMs, type Duration } from '../common/duration.js';
import { IsCallable, IsDuration, IsFlag, IsText, IsWholeNumber, rule } from '../common/option-rules.js';
import { Nested } from '../common/option-validation.js';
import { ConcurrencyRule, isConcurrency } from './policies/concurrency.options.js';
import { parseNetwork } from './subjects/network.rules.js';
import { POLICY_NAME, POLICY_NAME_FORM } from './policies/rate-limit-policy.options.js';
import type { RateLimitExcess } from './rate-limit.errors.js';
import { HEADER_NAME, RateLimitRule } from './policies/rate-limit-use.options.js';

/** Names a user. @publicApi */
export type RateLimitUserId = string | number | bigint | undefined;

/** Is what every kind of request has in common: HTTP on either platform, GraphQL, and a WebSocket's handshake. @publicApi */
export interface RateLimitRequest {
  readonly ip?: string | undefined;
  /** Is the connection, whose other end is the client or the last proxy. */
  readonly socket?: { readonly remoteAddress?: string | undefined } | undefined;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  /** Is what your authentication guard has put there. */
  readonly user?: unknown;
}

/** Finds the user of a request; its parameter may be the platform's own type of request. @publicApi */
export type RateLimitUserFinder = { find(request: RateLimitRequest): RateLimitUserId }['find'];

/** Is a call that is refused. @publicApi */
export interface RateLimitDenial {
  readonly context: ExecutionContext;
  /** Is that of the tightest window. */
  readonly decision: RateLimitExcess;
  /** Names the policies that refuse the call, as clients are shown them. */
  readonly violatedPolicies: readonly string[];
  /** Is true when Redis is away and a policy says `onRedisDown: 'deny'`. */
  readonly unavailable: boolean;
}

/** Makes the error that refuses a call, such as an `HttpException` with a body of your own. @publicApi */
export type RateLimitErrorFactory = { make(denial: RateLimitDenial): Error | Promise<Error> }['make'];

/** Configures rate limits. @publicApi */
export class RateLimitModuleOptions {
  /** Is applied by `RateLimitGuard` to every handler it guards. @default none */
  @Nested(() => RateLimitRule)
  default?: RateLimitRule;

  /** Holds the policies that `@RateLimit('name')` and `RateLimitService` know by name. @default none */
  @Nested((rule) => (isConcurrency(rule) ? ConcurrencyRule : RateLimitRule), 'record')
  @rule({
    name: 'hasPolicyNames',
    mustBe: `an object of policies, each name ${POLICY_NAME_FORM}`,
    accepts: (value) => Object.keys(value ?? {}).every((name) => POLICY_NAME.test(name)),
  })
  policies?: Record<string, RateLimitRule | ConcurrencyRule>;

  /** Sends `X-RateLimit-Limit`, `-Remaining` and `-Reset` beside the standard headers. @default true */
  @IsFlag()
  legacyHeaders?: boolean;

  /** Finds the user of a request for `key: 'user'`. @default `request.user.id`, else `request.user.sub` */
  @IsCallable()
  user?: RateLimitUserFinder;

  /** Is the request header that holds the key for `key: 'api-key'`. @default 'x-api-key' */
  @IsText(HEADER_NAME, "the name of a header, such as 'x-api-key'")
  apiKeyHeader?: string;

  /** Is how many leading bits of an IPv6 address count as one caller, from 32 to 128. @default 64 */
  @IsWholeNumber(32, 128)
  ipv6Prefix?: number;

  /**
   * Lists the addresses and networks of your proxies, such as `10.0.0.0/8`. `key: 'ip'` is then the last address in
   * `X-Forwarded-For` that is not one of them, whatever the platform's trust-proxy setting says.
   *
   * @default none: the platform's `request.ip`
   */
  @rule({
    name: 'areNetworks',
    mustBe: "a list of addresses and networks, such as ['10.0.0.0/8', '::1']",
    accepts: (value) =>
      Array.isArray(value) && value.every((one) => typeof one === 'string' && parseNetwork(one) !== null),
  })
  trustedProxies?: readonly string[];

  /** Makes what is thrown in place of the usual exception when a handler's or method's call is refused. */
  @IsCallable()
  errorFactory?: RateLimitErrorFactory;

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

/** Holds policies by name that take the place of those in the options, that of the default among them. @publicApi */
export type RateLimitOverrides = Readonly<Record<string, RateLimitRule | ConcurrencyRule>>;

/** Is the options with every default resolved. @internal */
export interface ResolvedRateLimitOptions {
  readonly default: RateLimitRule | undefined;
  readonly policies: Readonly<Record<string, RateLimitRule | ConcurrencyRule>>;
  readonly legacyHeaders: boolean;
  readonly user: RateLimitUserFinder;
  /** Is in lower case. */
  readonly apiKeyHeader: string;
  readonly ipv6Prefix: number;
  readonly trustedProxies: readonly string[];
  readonly errorFactory: RateLimitErrorFactory | undefined;
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
    trustedProxies: raw.trustedProxies ?? [],
    errorFactory: raw.errorFactory,
    decisionTimeoutMs: toMs(raw.decisionTimeout ?? '50ms', 'rateLimit.decisionTimeout'),
    memorySubjects: raw.memorySubjects ?? 10_000,
  };
}

function userOf(request: RateLimitRequest): RateLimitUserId {
  const user = request.user as { id?: RateLimitUserId; sub?: RateLimitUserId } | undefined;
  return user?.id ?? user?.sub;
}
