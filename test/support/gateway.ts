import { SYSTEM_CLOCK } from '../../src/common/clock.js';
import { SuiteEvents } from '../../src/common/events.js';
import { createClient, type ServerConnection } from '../../src/connection/client-factory.js';
import { resolveSettings } from '../../src/connection/connection-settings.js';
import { IoredisGateway } from '../../src/connection/ioredis-gateway.js';
import type { ConnectionSettings } from '../../src/connection/connection.options.js';

export interface OpenGateway {
  readonly gateway: IoredisGateway;
  readonly client: IoredisGateway['client'];
  readonly events: SuiteEvents;
  close(): Promise<void>;
}

/** Opens a gateway to a server, by its URL or in any other form, for tests that need no Nest application. */
export async function openGateway(
  server: string | ServerConnection,
  {
    name = 'state',
    events = new SuiteEvents(),
    ...own
  }: { name?: string; events?: SuiteEvents } & ConnectionSettings = {},
): Promise<OpenGateway> {
  const settings = resolveSettings(own);
  const connection = typeof server === 'string' ? { url: server } : server;
  const client = createClient(connection, settings);
  const { commandTimeoutMs, bootTimeoutMs, lazyConnect } = settings;
  const gateway = new IoredisGateway({
    name,
    client,
    owned: true,
    topology: 'sentinels' in connection ? 'sentinel' : 'nodes' in client ? 'cluster' : 'standalone',
    commandTimeoutMs,
    events,
    clock: SYSTEM_CLOCK,
  });
  const close = () => gateway.close(500);
  if (!lazyConnect) {
    await gateway.open(bootTimeoutMs).catch(async (error: unknown) => {
      await close();
      throw error;
    });
  }
  return { gateway, client, events, close };
}
