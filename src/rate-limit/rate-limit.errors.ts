import { RedisSuiteError } from '../common/errors.js';
import { MAX_LIMIT, MAX_LOG_LIMIT } from './policies/rate-limit-policy.options.js';

/** Says how the tightest window of a call stands; times count from now. @publicApi */
export interface RateLimitExcess {
  /** Is the name of the policy. */
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

/**
 * Says that a call exceeds a limit: thrown by `RateLimitService.consumeOrThrow` and by service methods under
 * `@RateLimit`. Over HTTP it is answered with 429.
 *
 * @publicApi
 */
export class RateLimitExceededError extends RedisSuiteError {
  readonly code = 'E_RATE_LIMIT_EXCEEDED';

  constructor(
    readonly decision: RateLimitExcess,
    /** Names the policies that refuse the call, as clients are shown them. */
    readonly violatedPolicies: readonly string[] = [],
  ) {
    super(
      `The limit of ${decision.limit} by policy '${decision.policy}' is exceeded; ` +
        `try again in ${decision.retryAfterMs} ms.`,
    );
  }

  /** Is how long to wait before another try, in milliseconds. */
  get retryAfterMs(): number {
    return this.decision.retryAfterMs;
  }
}

/**
 * Says that a call cannot be counted because Redis is away, and its policy has `onRedisDown: 'deny'`. Over HTTP it is
 * answered with 503.
 *
 * @publicApi
 */
export class RateLimitUnavailableError extends RedisSuiteError {
  readonly code = 'E_RATE_LIMIT_UNAVAILABLE';

  constructor(
    readonly policy: string,
    /** Is how long to wait before another try, in milliseconds. */
    readonly retryAfterMs: number,
  ) {
    super(
      `Policy '${policy}' cannot be checked because Redis is away, and it has onRedisDown: 'deny'; ` +
        `'memory' would count in the process meanwhile.`,
    );
  }
}

/** Says that a rate limit does not know whom or how much to count. @publicApi */
export class RateLimitKeyError extends RedisSuiteError {
  readonly code = 'E_RATE_LIMIT_KEY';
}

/**
 * Says that a call does not tell who makes it, where a limit counts users or holders of API keys. Over HTTP it is
 * answered with 401.
 *
 * @publicApi
 */
export class RateLimitCallerError extends RedisSuiteError {
  readonly code = 'E_RATE_LIMIT_CALLER';
}

/**
 * Says that a call lacks the header by which a limit counts. Over HTTP it is answered with 400.
 *
 * @publicApi
 */
export class RateLimitHeaderError extends RedisSuiteError {
  readonly code = 'E_RATE_LIMIT_HEADER';

  constructor(
    /** Is the header's name, in lower case. */
    readonly header: string,
  ) {
    super(
      `A rate limit counts by the header ${header}, and the call has none: let the client send it once, with a value.`,
    );
  }
}

/** Says that the `limit` function of a policy failed, or found no limit. @publicApi */
export class RateLimitLimitError extends RedisSuiteError {
  readonly code = 'E_RATE_LIMIT_LIMIT';

  constructor(
    readonly policy: string,
    cause?: unknown,
  ) {
    super(
      cause === undefined
        ? `The limit function of policy '${policy}' must answer a whole number from 1 to ${MAX_LIMIT}, ` +
            `or to ${MAX_LOG_LIMIT} for a sliding log.`
        : `The limit function of policy '${policy}' failed; its error is the cause.`,
      { cause },
    );
  }
}

/** Says that a method under `@RateLimit` was called on an instance that Nest did not build. @publicApi */
export class RateLimitUnboundError extends RedisSuiteError {
  readonly code = 'E_RATE_LIMIT_UNBOUND';

  constructor(readonly method: string) {
    super(
      `${method} is under @RateLimit, but its instance does not belong to an application: let Nest build it and ` +
        'import RedisModule.',
    );
  }
}

/** Says that a name stands for no policy. @publicApi */
export class UnknownRateLimitPolicyError extends RedisSuiteError {
  readonly code = 'E_RATE_LIMIT_POLICY_UNKNOWN';

  constructor(
    readonly policy: string,
    known: readonly string[],
  ) {
    super(`No rate limit policy is called '${policy}'; ${knownPolicies(known)}.`);
  }
}

/** Lists the known policies, for messages. @internal */
export function knownPolicies(known: readonly string[]): string {
  return known.length === 0 ? 'rateLimit.policies is empty' : `rateLimit.policies has ${known.join(', ')}`;
}
