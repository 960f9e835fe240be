/** Is the token of the resolved rate limit options. @internal */
export const RATE_LIMIT_MODULE_OPTIONS = Symbol.for('nestjs-redis-suite:rate-limit-options');

/** Is where `@RateLimit` leaves its rules, on a method or a class. @internal */
export const RATE_LIMIT_METADATA = Symbol.for('nestjs-redis-suite:rate-limit');

/** Is where `@SkipRateLimit` leaves what it skips. @internal */
export const SKIP_RATE_LIMIT_METADATA = Symbol.for('nestjs-redis-suite:skip-rate-limit');

/** Is the name of the policy that `RateLimitGuard` applies to every handler. @publicApi */
export const DEFAULT_RATE_LIMIT_POLICY = 'default';

/** Is the token of the policies that take the place of those in the options, for tests. @publicApi */
export const RATE_LIMIT_OVERRIDES = Symbol.for('nestjs-redis-suite:rate-limit-overrides');
