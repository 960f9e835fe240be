import { expect } from '@jest/globals';
import { RedisSuiteError } from '../../src/common/errors.js';
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

/** Are settings of a gateway, and the events it tells. */
export interface RestGatewayOptions {
  readonly commandTimeoutMs?: number;
  readonly retries?: number;
  readonly events?: SuiteEvents;
}

/** Makes a gateway to an endpoint; it asks nothing of it before the first call. */
export function restGateway({ url, token }: RestEndpoint, options: RestGatewayOptions = {}): OpenRestGateway {
  const { commandTimeoutMs = 1_000, retries = 1, events = new SuiteEvents() } = options;
  const parts = { name: 'state', commandTimeoutMs, retries, events, clock: SYSTEM_CLOCK };
  const gateway = new RestGateway({ ...parts, endpoint: { url, token } });
  return { gateway, events, close: () => gateway.close(500) };
}

/** Holds the gateways of a test, to close them after it: one that is down would go on probing. */
export class GatewayShelf {
  readonly #opened: OpenRestGateway[] = [];

  open(endpoint: RestEndpoint, options: RestGatewayOptions): OpenRestGateway {
    const opened = restGateway(endpoint, options);
    this.#opened.push(opened);
    return opened;
  }

  async close(): Promise<void> {
    await Promise.all(this.#opened.splice(0).map((opened) => opened.close()));
  }
}

/** Returns the error of a call, which must be one of this library's. */
export async function failure(call: Promise<unknown>): Promise<RedisSuiteError> {
  const outcome = await call.catch((error: unknown) => error);
  expect(outcome).toBeInstanceOf(RedisSuiteError);
  return outcome as RedisSuiteError;
}
