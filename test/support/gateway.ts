import { SYSTEM_CLOCK } from '../../src/common/clock.js';
import { SuiteEvents } from '../../src/common/events.js';
import { createClient } from '../../src/connection/client-factory.js';
import { resolveSettings } from '../../src/connection/connection-settings.js';
import { IoredisGateway } from '../../src/connection/ioredis-gateway.js';
import type { ConnectionSettings } from '../../src/connection/connection.options.js';

export interface OpenGateway {
  readonly gateway: IoredisGateway;
  readonly client: IoredisGateway['client'];
  readonly events: SuiteEvents;
  close(): Promise<void>;
}

/** Opens a gateway to a server for tests that need no Nest application. */
export async function openGateway(
  url: string,
  {
    name = 'state',
    events = new SuiteEvents(),
    ...own
  }: { name?: string; events?: SuiteEvents } & ConnectionSettings = {},
): Promise<OpenGateway> {
  const settings = resolveSettings(own);
  const client = createClient({ url }, settings);
  const { commandTimeoutMs, bootTimeoutMs, lazyConnect } = settings;
  const gateway = new IoredisGateway({
    name,
    client,
    owned: true,
    topology: 'standalone',
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
