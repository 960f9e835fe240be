import type { Provider } from '@nestjs/common';
import { BootChecks } from './common/boot-checks.js';
import { SYSTEM_CLOCK, type Clock } from './common/clock.js';
import { SuiteEvents } from './common/events.js';
import { ConnectionRegistry } from './connection/connection-registry.js';
import { CLOCK } from './connection/connection.tokens.js';
import { DecoratedProviders } from './connection/decorated-providers.js';
import { SUITE_RUNTIME, SuiteRuntime } from './connection/runtime.js';
import { SuiteSettings } from './connection/suite-settings.js';
import type { ResolvedRedisOptions } from './redis.options.js';

/** Is the token of the options with every default filled in. @internal */
export const RESOLVED_OPTIONS = Symbol.for('nestjs-redis-suite:resolved-options');

const GROUND: Provider[] = [
  SuiteEvents,
  BootChecks,
  DecoratedProviders,
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

/** Lists everything the module provides besides the connections. @internal */
export const SUITE_PROVIDERS: Provider[] = [...GROUND];

/** Lists what the module's importers may inject. @internal */
export const SUITE_EXPORTS = [SUITE_RUNTIME, SuiteEvents];
