import { CacheModuleOptions, resolveCacheOptions, type ResolvedCacheOptions } from './cache/cache.options.js';
import { AnyValue, findProblems, Nested } from './common/option-validation.js';
import { InvalidOptionsError, type OptionProblem } from './common/errors.js';
import { NAMESPACE_FORM, NAMESPACE_MUST_BE } from './common/keys/key-space.js';
import { IsFlag, IsText } from './common/option-rules.js';
import { connectionProblems, type RedisConnection } from './connection/connection-form.js';
import { ConnectionSettings } from './connection/connection.options.js';
import { IsSecretList } from './connection/connection.rules.js';
import { SINGLE_CONNECTION, type ConnectionPlan } from './connection/connection-registry.js';
import { CACHE_CONNECTION, STATE_CONNECTION } from './connection/connection.tokens.js';
import { defaultConnection } from './connection/default-connection.js';
import { redisOptionsFromEnv } from './connection/environment.js';
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
 * Checks the options as the user wrote them and fills in the defaults.
 *
 * @throws {InvalidOptionsError} listing every problem and its mend.
 * @internal
 */
export function resolveRedisOptions(raw: RedisModuleOptions = {}): ResolvedRedisOptions {
  const problems = [...findProblems(RedisModuleOptions, raw, ''), ...serverProblems(raw)];
  if (problems.length > 0) throw new InvalidOptionsError('RedisModule', problems);
  const environment = redisOptionsFromEnv();
  const { connection, connections } = raw;
  return {
    connections: connections ?? {
      [SINGLE_CONNECTION]: connection ?? environment.connection ?? defaultConnection(),
    },
    defaults: raw.connectionDefaults ?? {},
    failFast: raw.failFast ?? false,
    namespace: raw.namespace ?? environment.namespace ?? DEFAULT_NAMESPACE,
    secrets: raw.secret === undefined ? [] : [raw.secret].flat(),
    httpErrors: raw.httpErrors ?? true,
    cache: resolveCacheOptions(raw.cache),
    rateLimit: resolveRateLimitOptions(raw.rateLimit),
    lock: resolveLockOptions(raw.lock),
  };
}

function serverProblems({ connection, connections }: RedisModuleOptions): OptionProblem[] {
  if (connections === undefined)
    return connection === undefined ? [] : connectionProblems(connection, 'connection');
  if (connection !== undefined) {
    return [
      {
        path: 'connection',
        message:
          "and 'connections' exclude each other: keep 'connection' for one server, 'connections' for several",
      },
    ];
  }
  if (typeof (connections as unknown) !== 'object') {
    return [{ path: 'connections', message: 'must be an object such as { cache: …, state: … }' }];
  }
  const missing = [CACHE_CONNECTION, STATE_CONNECTION].filter((role) => connections[role] === undefined);
  return [
    ...missing.map((role) => ({
      path: `connections.${role}`,
      message: "is missing; name a server for 'cache' and one for 'state', or use 'connection' for both",
    })),
    ...Object.entries(connections)
      .filter(([name]) => !missing.includes(name))
      .flatMap(([name, server]) => connectionProblems(server, `connections.${name}`)),
  ];
}
