import { afterAll, beforeAll } from '@jest/globals';
import type { ConnectionSettings } from '../../src/connection/connection.options.js';
import { startRedis } from '../../src/testing/start-redis.js';
import type { TestRedis } from '../../src/testing/test-redis.js';
import { openGateway, type OpenGateway } from './gateway.js';

/** Is there while the tests of a block run, and not before. */
export interface UsedGateway extends OpenGateway {
  readonly server: TestRedis;
}

/** Gives the tests of a `describe` block a server of their own and a gateway to it. */
export function useGateway(settings: ConnectionSettings = {}): UsedGateway {
  const used = {} as { -readonly [K in keyof UsedGateway]: UsedGateway[K] };
  beforeAll(async () => {
    used.server = await startRedis();
    Object.assign(used, await openGateway(used.server.url, settings));
  });
  afterAll(async () => {
    await (used as Partial<UsedGateway>).close?.();
    await (used as Partial<UsedGateway>).server?.stop();
  });
  return used;
}
