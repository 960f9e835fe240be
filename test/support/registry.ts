import { SYSTEM_CLOCK } from '../../src/common/clock.js';
import { SuiteEvents } from '../../src/common/events.js';
import type { RedisConnection } from '../../src/connection/connection-form.js';
import { SINGLE_CONNECTION, type ConnectionPlan } from '../../src/connection/connection-plan.js';
import { ConnectionRegistry } from '../../src/connection/connection-registry.js';
import type { IoredisGateway } from '../../src/connection/ioredis-gateway.js';

export interface OpenRegistry {
  readonly registry: ConnectionRegistry;
  readonly events: SuiteEvents;
  /** Returns the gateway of a connection, `cache` unless said otherwise. */
  gateway(name?: string): IoredisGateway;
}

/** Opens one connection for everything, or several by name, as the module does at boot. */
export async function openRegistry(
  servers: RedisConnection | { connections: Record<string, RedisConnection> },
  {
    defaults = {},
    failFast = false,
    events = new SuiteEvents(),
  }: Partial<ConnectionPlan> & { events?: SuiteEvents } = {},
): Promise<OpenRegistry> {
  const registry = new ConnectionRegistry({ events, clock: SYSTEM_CLOCK });
  const isSeveral = typeof servers === 'object' && 'connections' in servers;
  const connections = isSeveral ? servers.connections : { [SINGLE_CONNECTION]: servers };
  await registry.open({ connections, defaults, failFast });
  return { registry, events, gateway: (name = 'cache') => registry.find(name) as IoredisGateway };
}
