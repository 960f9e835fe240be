import type { Provider } from '@nestjs/common';
import { APP_INTERCEPTOR, HttpAdapterHost } from '@nestjs/core';
import type { Clock } from '../common/clock.js';
import { SuiteEvents } from '../common/events.js';
import { CACHE_CONNECTION, CLOCK, getGatewayToken } from '../connection/connection.tokens.js';
import type { RedisGateway } from '../connection/redis-gateway.js';
import { SuiteSettings } from '../connection/suite-settings.js';
import { CacheWarmers } from './warming/cache-warmers.js';
import { createEngine, type CacheEngine, type Warm } from './cache-engine.js';
import { CacheHeaderInterceptor } from './decorators/cache-header.interceptor.js';
import { CacheLifecycle } from './cache-lifecycle.js';
import { CacheTrace } from './stats/cache-trace.js';
import { CACHE_ENGINE, CACHE_MODULE_OPTIONS } from './cache.constants.js';
import type { ResolvedCacheOptions } from './cache.options.js';
import { CacheService } from './cache.service.js';
import { CachedCalls } from './decorators/cached-calls.js';
import { CachedOwners } from './decorators/cached-owners.js';
import { EncryptionChecks } from './decorators/encryption-checks.js';
import { EntityChecks } from './entity/entity-checks.js';
import { InvalidatingCalls } from './decorators/invalidating-calls.js';

type EngineDependencies = [
  RedisGateway,
  Clock,
  SuiteEvents,
  SuiteSettings,
  ResolvedCacheOptions,
  CacheTrace,
  CacheWarmers,
];

function assemble(...parts: EngineDependencies): CacheEngine {
  const [redis, clock, events, { namespace }, options, trace, warmers] = parts;
  const warm: Warm = (names, limits) => warmers.warm(names, limits);
  return createEngine({ redis, clock, events, namespace, options, trace, warm });
}

/** Lists the providers of the cache wing. @internal */
export const CACHE_PROVIDERS: Provider[] = [
  CacheTrace,
  CacheWarmers,
  CachedCalls,
  CachedOwners,
  CacheLifecycle,
  EncryptionChecks,
  EntityChecks,
  InvalidatingCalls,
  {
    provide: CACHE_ENGINE,
    inject: [
      getGatewayToken(CACHE_CONNECTION),
      CLOCK,
      SuiteEvents,
      SuiteSettings,
      CACHE_MODULE_OPTIONS,
      CacheTrace,
      CacheWarmers,
    ],
    useFactory: assemble,
  },
  {
    provide: CacheService,
    inject: [CACHE_ENGINE],
    useFactory: (engine: CacheEngine) => new CacheService(engine),
  },
  {
    provide: APP_INTERCEPTOR,
    inject: [CACHE_MODULE_OPTIONS, CacheTrace, HttpAdapterHost],
    // Nest skips an interceptor that is null.
    useFactory: ({ exposeHeader }: ResolvedCacheOptions, trace: CacheTrace, host: HttpAdapterHost) =>
      exposeHeader ? new CacheHeaderInterceptor(trace, host) : null,
  },
];

/** Lists what users may inject. @internal */
export const CACHE_EXPORTS = [CacheService];
