import { SYSTEM_CLOCK } from '../../src/common/clock.js';
import { SuiteEvents } from '../../src/common/events.js';
import {
  createClient,
  createReplicaClient,
  type ServerConnection,
} from '../../src/connection/client-factory.js';
import { resolveSettings } from '../../src/connection/connection-settings.js';
import { IoredisGateway } from '../../src/connection/ioredis-gateway.js';
import type { OpenableGateway } from '../../src/connection/redis-gateway.js';
import { RestGateway } from '../../src/connection/rest/rest-gateway.js';
import type { RestEndpoint } from '../../src/connection/rest/rest-transport.js';
import type { ConnectionSettings } from '../../src/connection/connection.options.js';

/** Is a REST endpoint, and the server behind it for tests that look there. */
export interface RestTarget {
  readonly rest: RestEndpoint;
  readonly behind: string;
}

export interface OpenGateway {
  readonly gateway: OpenableGateway;
  /** Reaches the same server. */
  readonly client: IoredisGateway['client'];
  readonly events: SuiteEvents;
  close(): Promise<void>;
}

/** Opens a gateway to a server, by its URL or in any other form, for tests that need no Nest application. */
export async function openGateway(
  server: string | ServerConnection | RestTarget,
  {
    name = 'state',
    events = new SuiteEvents(),
    ...own
  }: { name?: string; events?: SuiteEvents } & ConnectionSettings = {},
): Promise<OpenGateway> {
  const settings = resolveSettings(own);
  const { commandTimeoutMs, bootTimeoutMs, lazyConnect } = settings;
  const parts = { name, events, commandTimeoutMs, clock: SYSTEM_CLOCK };
  const connection = typeof server === 'string' ? { url: server } : server;
  const isRest = 'rest' in connection;
  const client = createClient(isRest ? { url: connection.behind } : connection, settings);
  const gateway = isRest
    ? new RestGateway({ ...parts, endpoint: connection.rest, retries: 1 })
    : new IoredisGateway({
        ...parts,
        client,
        replicaClient: createReplicaClient(connection, settings),
        owned: true,
        topology: 'sentinels' in connection ? 'sentinel' : 'nodes' in client ? 'cluster' : 'standalone',
      });
  const close = async () => {
    await gateway.close(500);
    if (isRest) client.disconnect();
  };
  if (isRest) await client.connect();
  if (!lazyConnect) {
    await gateway.open(bootTimeoutMs).catch(async (error: unknown) => {
      await close();
      throw error;
    });
  }
  return { gateway, client, events, close };
}
