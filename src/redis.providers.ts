import type { Provider } from '@nestjs/common';
import { APP_FILTER, HttpAdapterHost } from '@nestjs/core';
import { BootChecks } from './common/boot-checks.js';
import { SYSTEM_CLOCK, type Clock } from './common/clock.js';
import { SuiteEvents } from './common/events.js';
import { BootSequence } from './connection/boot-sequence.js';
import { ConnectionRegistry } from './connection/connection-registry.js';
import { CLOCK } from './connection/connection.tokens.js';
import { DecoratedProviders } from './connection/decorated-providers.js';
import { SUITE_RUNTIME, SuiteRuntime } from './connection/runtime.js';
import { readServerInfo } from './connection/server-reading.js';
import { SuiteLog } from './connection/suite-log.js';
import { SuiteSettings } from './connection/suite-settings.js';
import { HEALTH_EXPORTS, HEALTH_PROVIDERS } from './health/health.providers.js';
import { RedisErrorFilter } from './http/redis-error.filter.js';
import { SERVER_READERS } from './monitoring/monitoring.constants.js';
import { MONITORING_EXPORTS, MONITORING_PROVIDERS } from './monitoring/monitoring.providers.js';
import type { ServerReader } from './monitoring/server-reader.js';
import type { ResolvedRedisOptions } from './redis.options.js';

/** Is the token of the options with every default filled in. @internal */
export const RESOLVED_OPTIONS = Symbol.for('nestjs-redis-suite:resolved-options');

const GROUND: Provider[] = [
  SuiteEvents,
  SuiteLog,
  BootChecks,
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
    inject: [RESOLVED_OPTIONS, SuiteEvents, CLOCK],
    useFactory: async (options: ResolvedRedisOptions, events: SuiteEvents, clock: Clock) => {
      const registry = new ConnectionRegistry({ events, clock });
      await registry.open(options);
      return registry;
    },
  },
];

const OBSERVERS: Provider[] = [
  ...HEALTH_PROVIDERS,
  ...MONITORING_PROVIDERS,
  {
    provide: SERVER_READERS,
    inject: [ConnectionRegistry],
    useFactory: (registry: ConnectionRegistry): ServerReader[] =>
      registry.all().map((gateway) => ({ connection: gateway.name, read: () => readServerInfo(gateway) })),
  },
  {
    provide: APP_FILTER,
    inject: [RESOLVED_OPTIONS, HttpAdapterHost],
    // Nest skips a filter that is null.
    useFactory: ({ httpErrors }: ResolvedRedisOptions, host: HttpAdapterHost) =>
      httpErrors ? new RedisErrorFilter(host) : null,
  },
];

/** Lists everything the module provides besides the connections. @internal */
export const SUITE_PROVIDERS: Provider[] = [...GROUND, ...OBSERVERS];

/** Lists what the module's importers may inject. @internal */
export const SUITE_EXPORTS = [SUITE_RUNTIME, SuiteEvents, ...HEALTH_EXPORTS, ...MONITORING_EXPORTS];
