// The module
export { RedisModule, type RedisModuleExtras, type RedisOptionsFactory } from './redis.module.js';
export { RedisModuleOptions, type RedisConnections } from './redis.options.js';

// Connections
export type { AvailabilityState } from './connection/availability.js';
export type { CommandOutcome } from './connection/connection.events.js';
export type { RedisConnection } from './connection/connection-form.js';
export {
  RedisAuthError,
  RedisDatabaseError,
  RedisReplyError,
  RedisTlsRequiredError,
  RedisUnavailableError,
  RedisUnsupportedError,
  type UnavailableReason,
} from './connection/connection.errors.js';
export {
  ClientConnection,
  ClusterConnection,
  ClusterNodes,
  ConnectionSettings,
  EmbeddedConnection,
  HostConnection,
  SocketConnection,
  ReconnectOptions,
  ReplicatedAccess,
  RestConnection,
  RestServer,
  SentinelConnection,
  ServerAccess,
  UrlConnection,
  type RedisClient,
  type ServerAddress,
} from './connection/connection.options.js';
export {
  CACHE_CONNECTION,
  getRedisToken,
  InjectRedis,
  STATE_CONNECTION,
} from './connection/connection.tokens.js';
export {
  EmbeddedServerMissingError,
  EmbeddedServerRefusedError,
  EmbeddedServerStartError,
} from './connection/embedded/embedded.errors.js';
export { redisOptionsFromEnv, type EnvironmentOptions } from './connection/environment.js';

// Durations, errors, events, keys
export type { Duration, DurationUnit } from './common/duration.js';
export {
  InvalidOptionsError,
  RedisSuiteError,
  type OptionProblem,
  type RedisSuiteErrorCode,
} from './common/errors.js';
export { SuiteEvents, type SuiteEventMap, type SuiteEventName } from './common/events.js';
export type { CacheKey, KeySegment } from './common/keys/cache-key.js';
export { defineKeys, type KeyRegistry } from './common/keys/define-keys.js';
export { describeKeys, type KeyDescription } from './common/keys/describe-keys.js';
export type { KeyBuilder, KeyIds } from './common/keys/key-builder.js';
export type {
  CheckedKeyDefinitions,
  DefineKeysOptions,
  KeyDefinition,
  KeyDefinitions,
  KeyParameter,
} from './common/keys/key-definition.js';
export { KEY_FAMILIES, type DataClass, type KeyFamily } from './common/keys/key-families.js';
export { InvalidKeyError } from './common/keys/key.errors.js';

// Cache
export type { CacheCounts, CacheStats } from './cache/stats/cache-stats.js';
export { CacheWarmer } from './cache/warming/cache-warmer.decorator.js';
export { WarmOptions, type WarmProgress } from './cache/warming/warm-progress.js';
export type { CacheOutcome } from './cache/stats/cache-trace.js';
export { DEFAULT_CACHE_NAME } from './cache/cache.constants.js';
export {
  CacheCodecError,
  CacheUnavailableError,
  CascadeError,
  CacheBudgetError,
  CacheClosedError,
  CacheLoadTimeoutError,
  UncacheableResultError,
} from './cache/cache.errors.js';
export type { BacklogState, CacheTier, InvalidationKind, StaleReason } from './cache/cache.events.js';
export { CacheModuleOptions } from './cache/cache.options.js';
export { CacheService } from './cache/cache.service.js';
export type { CachedOptions } from './cache/decorators/cached-options.js';
export { Cached, type CachedDecorator } from './cache/decorators/cached.decorator.js';
export type { TouchedEntity } from './cache/entity/cascade-walk.js';
export type { Codec } from './cache/codec/codec.js';
export type { CachedClass, RevivedAs, RevivedMembers } from './cache/codec/revive.js';
export type { StandardSchema, ValueSchema } from './cache/codec/value-schema.js';
export type { AsyncMethod, OnlyKnown, OptionsDoNotFitTheMethod } from './cache/decorators/decorated-types.js';
export { defineEntities } from './cache/entity/define-entities.js';
export {
  EntityCascade,
  EntityDefinition,
  type EntityAction,
  type EntityId,
  type EntityRegistry,
} from './cache/entity/entity.options.js';
export {
  CacheStorageOptions,
  type CacheEntryOptions,
  type CacheFormOptions,
} from './cache/entry/entry-options.js';
export type { CacheEntry } from './cache/entry/entry-writer.js';
export { FreshnessOptions } from './cache/entry/freshness.options.js';
export type { InvalidateCacheOptions } from './cache/decorators/invalidate-cache-options.js';
export {
  InvalidateCache,
  type InvalidateCacheDecorator,
} from './cache/decorators/invalidate-cache.decorator.js';
export type { RemovalOptions, RemovalProgress } from './cache/invalidation/key-sweep.js';
export type { InvalidationReport } from './cache/invalidation/invalidation-report.js';
export type { L1CoherenceMode } from './cache/l1/l1-coherence.js';
export type { L1Usage } from './cache/l1/l1-cache.js';
export type { L1Stats } from './cache/l1/l1-stats.js';
export type { L1EntryOption, L1Options } from './cache/l1/l1.options.js';
export type { LoadContext } from './cache/load/load-context.js';

// Rate limits
export { ConcurrencyPolicy, ConcurrencyRule } from './rate-limit/policies/concurrency.options.js';
export type { AnyLimitRule, RateLimitRef } from './rate-limit/policies/entry-of.js';
export type { RateLimitDecision } from './rate-limit/rate-limit-decision.js';
export type { RateLimitPolicyRef } from './rate-limit/policies/rate-limit-policies.js';
export { DEFAULT_RATE_LIMIT_POLICY, RATE_LIMIT_OVERRIDES } from './rate-limit/rate-limit.constants.js';
export { RateLimit } from './rate-limit/calls/rate-limit.decorator.js';
export {
  RateLimitCallerError,
  RateLimitExceededError,
  RateLimitHeaderError,
  RateLimitKeyError,
  RateLimitLimitError,
  RateLimitUnavailableError,
  RateLimitUnboundError,
  UnknownRateLimitPolicyError,
  type RateLimitExcess,
} from './rate-limit/rate-limit.errors.js';
export {
  RateLimitCallerException,
  RateLimitException,
  RateLimitGraphqlException,
  type RateLimitProblem,
} from './rate-limit/answers/rate-limit.exceptions.js';
export { RateLimitGuard } from './rate-limit/calls/rate-limit.guard.js';
export {
  RateLimitPolicy,
  type RateLimitAlgorithm,
  type RateLimitFinder,
  type RateLimitOnRedisDown,
} from './rate-limit/policies/rate-limit-policy.options.js';
export {
  RateLimitRule,
  RateLimitUse,
  type RateLimitCost,
  type RateLimitCostAfter,
  type RateLimitCount,
  type RateLimitKey,
  type RateLimitKeyFinder,
  type RateLimitOutcome,
  type RateLimitSingleKey,
} from './rate-limit/policies/rate-limit-use.options.js';
export {
  RateLimitModuleOptions,
  type RateLimitDenial,
  type RateLimitErrorFactory,
  type RateLimitOverrides,
  type RateLimitRequest,
  type RateLimitUserFinder,
  type RateLimitUserId,
} from './rate-limit/rate-limit.options.js';
export { RateLimitOffenders, type RateLimitOffender } from './rate-limit/rate-limit-offenders.js';
export {
  RateLimitService,
  type ConsumeOptions,
  type RateLimitAnyPolicyRef,
  type RateLimitPermit,
} from './rate-limit/rate-limit.service.js';
export type { RateLimitSubject } from './rate-limit/subjects/subject-keys.js';
export { SkipRateLimit } from './rate-limit/calls/skip-rate-limit.decorator.js';

// Locks
export { currentLock } from './lock/lock-context.js';
export type { LockInfo } from './lock/lock-info.js';
export type { LockedResource } from './lock/lock-resource.js';
export {
  LockBusyError,
  LockContextError,
  LockLostError,
  LockRefusedError,
  LockTimeoutError,
  LockWorkerError,
  type LockLostReason,
} from './lock/lock.errors.js';
export { HoldOptions, LockModuleOptions, LockOptions } from './lock/lock.options.js';
export { LockService } from './lock/lock.service.js';
export type { Lock } from './lock/lock.js';
export { Mutex } from './lock/mutex.js';
export { QuorumLocks } from './lock/quorum/quorum-locks.js';
export { ReadWriteLock } from './lock/read-write-lock.js';
export { Semaphore } from './lock/semaphore.js';
export {
  WithLock,
  type LockableMethod,
  type ResourceDoesNotFitTheMethod,
  type WithLockDecorator,
} from './lock/with-lock.decorator.js';
export { WithLockOptions, type OnBusy } from './lock/with-lock.options.js';

// Health
export { RedisHealthIndicator } from './health/redis-health.indicator.js';
export type {
  ConnectionHealth,
  RedisHealth,
  RedisHealthOptions,
  RedisHealthResult,
  RedisHealthState,
} from './health/redis-health.js';

// Monitoring
export type { LatencySummary } from './monitoring/latency.js';
export type { RateLimitCounts } from './monitoring/rate-limit-meters.js';
export { RedisMonitor } from './monitoring/redis-monitor.js';
export type {
  CommandCounts,
  ConnectionSnapshot,
  LockCounts,
  RedisSnapshot,
} from './monitoring/redis-snapshot.js';
export type { ServerReport } from './monitoring/server-report.js';

// Errors over HTTP
export { RedisErrorFilter } from './http/redis-error.filter.js';
