import { CacheModuleOptions, resolveCacheOptions, type ResolvedCacheOptions } from './cache/cache.options.js';
import { AnyValue, findProblems, Nested } from './common/option-validation.js';
import { InvalidOptionsError } from './common/errors.js';
import { NAMESPACE_FORM, NAMESPACE_MUST_BE } from './common/keys/key-space.js';
import { IsFlag, IsText } from './common/option-rules.js';
import type { RedisConnection } from './connection/connection-form.js';
import { findConnections, type ConnectionPlan } from './connection/connection-plan.js';
import { ConnectionSettings } from './connection/connection.options.js';
import { IsSecretList } from './connection/connection.rules.js';
import { findEnvironmentNamespace } from './connection/environment.js';
import { LockModuleOptions, resolveLockOptions, type ResolvedLockOptions } from './lock/lock.options.js';
import {
  RateLimitModuleOptions,
  resolveRateLimitOptions,
  type ResolvedRateLimitOptions,
} from './rate-limit/rate-limit.options.js';

/** Is the namespace of an application that names none. */
const DEFAULT_NAMESPACE = 'app';

/**
 * Maps names to connections: `cache` for what may be evicted, `state` for what must not, and the application's own.
 *
 * @publicApi
 */
export interface RedisConnections {
  cache: RedisConnection;
  state: RedisConnection;
  [name: string]: RedisConnection;
}

/**
 * Configures the whole library. What is left out has a default; a connection that is left out comes from the
 * environment.
 *
 * @publicApi
 */
export class RedisModuleOptions {
  /** Is one server for everything. Not together with `connections`. @default the environment's */
  @AnyValue() connection?: RedisConnection;
  /** Names a server for evictable data, one for state, and any of your own. Not together with `connection`. */
  @AnyValue() connections?: RedisConnections;
  /** Holds settings for every connection that does not set its own. */
  @Nested(() => ConnectionSettings) connectionDefaults?: ConnectionSettings;
  /** Is the first segment of every key. @default REDIS_KEY_PREFIX, else 'app' */
  @IsText(NAMESPACE_FORM, NAMESPACE_MUST_BE) namespace?: string;
  /** Keys HMACs, digests and confirmation tokens: the first of a list signs, all of them verify. */
  @IsSecretList() secret?: string | string[];
  /** Fails the boot when a server is away, in place of booting degraded. @default false */
  @IsFlag() failFast?: boolean;
  /** Answers this library's errors over HTTP with problem+json: 409, 429, 503. @default true */
  @IsFlag() httpErrors?: boolean;
  /** Configures the cache. */
  @Nested(() => CacheModuleOptions) cache?: CacheModuleOptions;
  /** Configures rate limits. */
  @Nested(() => RateLimitModuleOptions) rateLimit?: RateLimitModuleOptions;
  /** Configures locks. */
  @Nested(() => LockModuleOptions) lock?: LockModuleOptions;
}

/** Holds every option with its default filled in. @internal */
export interface ResolvedRedisOptions extends ConnectionPlan {
  readonly namespace: string;
  readonly secrets: readonly string[];
  readonly httpErrors: boolean;
  readonly cache: ResolvedCacheOptions;
  readonly rateLimit: ResolvedRateLimitOptions;
  readonly lock: ResolvedLockOptions;
}

/**
 * Checks the options as the user wrote them and fills in the defaults; the environment is asked only for what they
 * leave open.
 *
 * @param connectionNames those for which clients can be injected.
 * @throws {InvalidOptionsError} listing every problem and its mend.
 * @internal
 */
export function resolveRedisOptions(
  raw: RedisModuleOptions,
  connectionNames: readonly string[] = [],
): ResolvedRedisOptions {
  const ownProblems = findProblems(RedisModuleOptions, raw, '');
  // What is no object is a problem by now, and has no options.
  const written = Object(raw) as RedisModuleOptions;
  const connections = findConnections(written, connectionNames);
  const namespace = written.namespace === undefined ? findEnvironmentNamespace() : { problems: [] };
  const problems = [...ownProblems, ...connections.problems, ...namespace.problems];
  if (problems.length > 0 || connections.value === undefined) {
    throw new InvalidOptionsError('RedisModule', problems);
  }
  return {
    connections: connections.value,
    defaults: raw.connectionDefaults ?? {},
    failFast: raw.failFast ?? false,
    namespace: raw.namespace ?? namespace.value ?? DEFAULT_NAMESPACE,
    secrets: raw.secret === undefined ? [] : [raw.secret].flat(),
    httpErrors: raw.httpErrors ?? true,
    cache: resolveCacheOptions(raw.cache),
    rateLimit: resolveRateLimitOptions(raw.rateLimit),
    lock: resolveLockOptions(raw.lock),
  };
}
