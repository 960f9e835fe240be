import { SYSTEM_CLOCK } from '../../src/common/clock.js';
import { SuiteEvents } from '../../src/common/events.js';
import { RestGateway } from '../../src/connection/rest/rest-gateway.js';
import type { RestEndpoint } from '../../src/connection/rest/rest-transport.js';
import type { RestTarget } from './gateway.js';
import { startRestShim, type RestShim } from '../../src/testing/rest-shim.js';
import { startRedis } from '../../src/testing/start-redis.js';
import type { TestRedis } from '../../src/testing/test-redis.js';

/** Is a server with a REST endpoint before it. */
export interface RestServers {
  readonly redis: TestRedis;
  readonly shim: RestShim;
  readonly target: RestTarget;
  stop(): Promise<void>;
}

export async function startRest(): Promise<RestServers> {
  const redis = await startRedis();
  const shim = await startRestShim({ target: redis.url });
  return {
    redis,
    shim,
    target: { rest: { url: shim.url, token: shim.token }, behind: redis.url },
    stop: async () => {
      await shim.stop();
      await redis.stop();
    },
  };
}

export interface OpenRestGateway {
  readonly gateway: RestGateway;
  readonly events: SuiteEvents;
  close(): Promise<void>;
}

/** Makes a gateway to an endpoint; it asks nothing of it before the first call. */
export function restGateway(
  { url, token }: RestEndpoint,
  { name = 'state', commandTimeoutMs = 1_000, retries = 1, events = new SuiteEvents() } = {},
): OpenRestGateway {
  const endpoint = { url, token };
  const gateway = new RestGateway({ name, endpoint, commandTimeoutMs, retries, events, clock: SYSTEM_CLOCK });
  return { gateway, events, close: () => gateway.close(500) };
}
