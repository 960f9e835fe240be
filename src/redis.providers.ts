import type { Provider } from '@nestjs/common';
import { APP_FILTER, HttpAdapterHost } from '@nestjs/core';
import { CACHE_MODULE_OPTIONS } from './cache/cache.constants.js';
import { CACHE_EXPORTS, CACHE_PROVIDERS } from './cache/cache.providers.js';
import { BootChecks } from './common/boot-checks.js';
import { SYSTEM_CLOCK, type Clock } from './common/clock.js';
import { SuiteEvents } from './common/events.js';
import { BootSequence } from './connection/boot-sequence.js';
import { ConnectionRegistry } from './connection/connection-registry.js';
import { CLOCK } from './connection/connection.tokens.js';
import { DecoratedProviders } from './connection/decorated-providers.js';
import { RawClientCheck } from './connection/raw-client-check.js';
import { SUITE_RUNTIME, SuiteRuntime } from './connection/runtime.js';
import { reviewServers } from './connection/server-review.js';
import { readServerInfo } from './connection/server-reading.js';
import { SuiteLog } from './connection/suite-log.js';
import { SuiteSettings } from './connection/suite-settings.js';
import { HEALTH_EXPORTS, HEALTH_PROVIDERS } from './health/health.providers.js';
import { ERROR_DETAILS, type ErrorDetailsFinder } from './http/http.constants.js';
import { KeptConnections } from './http/kept-connections.js';
import { RedisErrorFilter } from './http/redis-error.filter.js';
import { LOCK_MODULE_OPTIONS } from './lock/lock.constants.js';
import { LOCK_EXPORTS, LOCK_PROVIDERS } from './lock/lock.providers.js';
import { SERVER_READERS } from './monitoring/monitoring.constants.js';
import { MONITORING_EXPORTS, MONITORING_PROVIDERS } from './monitoring/monitoring.providers.js';
import type { ServerReader } from './monitoring/server-reader.js';
import { excessDetails } from './rate-limit/answers/excess-details.js';
import { RATE_LIMIT_MODULE_OPTIONS } from './rate-limit/rate-limit.constants.js';
import { RATE_LIMIT_EXPORTS, RATE_LIMIT_PROVIDERS } from './rate-limit/rate-limit.providers.js';
import type { ResolvedRedisOptions } from './redis.options.js';

/** Is the token of the options with every default filled in. @internal */
export const RESOLVED_OPTIONS = Symbol.for('nestjs-redis-suite:resolved-options');

const GROUND: Provider[] = [
  SuiteEvents,
  SuiteLog,
  BootChecks,
  RawClientCheck,
  DecoratedProviders,
  BootSequence,
  SuiteRuntime,
  { provide: SUITE_RUNTIME, useExisting: SuiteRuntime },
  { provide: CLOCK, useValue: SYSTEM_CLOCK },
  {
    provide: SuiteSettings,
    inject: [RESOLVED_OPTIONS],
    useFactory: ({ namespace, secrets }: ResolvedRedisOptions) => new SuiteSettings(namespace, secrets),
  },
  {
    provide: ConnectionRegistry,
    // The log is asked for so that it hears of what happens while the connections open.
    inject: [RESOLVED_OPTIONS, SuiteEvents, CLOCK, SuiteLog],
    useFactory: async (options: ResolvedRedisOptions, events: SuiteEvents, clock: Clock) => {
      const registry = new ConnectionRegistry({ events, clock });
      reviewServers(registry, events);
      await registry.open(options);
      return registry;
    },
  },
];

const OBSERVERS: Provider[] = [
  ...HEALTH_PROVIDERS,
  ...MONITORING_PROVIDERS,
  KeptConnections,
  {
    provide: SERVER_READERS,
    inject: [ConnectionRegistry],
    useFactory: (registry: ConnectionRegistry): ServerReader[] =>
      registry.all().map((gateway) => ({ connection: gateway.name, read: () => readServerInfo(gateway) })),
  },
  {
    provide: ERROR_DETAILS,
    inject: [RESOLVED_OPTIONS],
    useFactory:
      ({ rateLimit }: ResolvedRedisOptions): ErrorDetailsFinder =>
      (error) =>
        excessDetails(error, rateLimit),
  },
  {
    provide: APP_FILTER,
    inject: [RESOLVED_OPTIONS, HttpAdapterHost, ERROR_DETAILS],
    // Nest skips a filter that is null.
    useFactory: ({ httpErrors }: ResolvedRedisOptions, host: HttpAdapterHost, details: ErrorDetailsFinder) =>
      httpErrors ? new RedisErrorFilter(host, details) : null,
  },
];

const WINGS: Provider[] = [
  wingOptions(CACHE_MODULE_OPTIONS, 'cache'),
  wingOptions(RATE_LIMIT_MODULE_OPTIONS, 'rateLimit'),
  wingOptions(LOCK_MODULE_OPTIONS, 'lock'),
  ...CACHE_PROVIDERS,
  ...RATE_LIMIT_PROVIDERS,
  ...LOCK_PROVIDERS,
];

/** Lists everything the module provides besides the connections. @internal */
export const SUITE_PROVIDERS: Provider[] = [...GROUND, ...WINGS, ...OBSERVERS];

/** Lists what the module's importers may inject. @internal */
export const SUITE_EXPORTS = [
  SUITE_RUNTIME,
  SuiteEvents,
  SuiteSettings,
  BootChecks,
  CLOCK,
  ERROR_DETAILS,
  ...CACHE_EXPORTS,
  ...RATE_LIMIT_EXPORTS,
  ...LOCK_EXPORTS,
  ...HEALTH_EXPORTS,
  ...MONITORING_EXPORTS,
];

function wingOptions(token: symbol, wing: 'cache' | 'rateLimit' | 'lock'): Provider {
  return {
    provide: token,
    inject: [RESOLVED_OPTIONS],
    useFactory: (options: ResolvedRedisOptions) => options[wing],
  };
}
