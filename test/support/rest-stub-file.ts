import { afterAll, afterEach, beforeAll } from '@jest/globals';
import type { RestEndpoint } from '../../src/connection/rest/rest-transport.js';
import { GatewayShelf, type OpenRestGateway, type RestGatewayOptions } from './rest.js';
import { startRestStub, type RestStub } from './rest-stub.js';

export interface RestStubFile {
  readonly stub: RestStub;
  /** Makes a gateway, by default to the stub and with a short time limit. */
  gatewayTo(endpoint?: RestEndpoint, options?: RestGatewayOptions): OpenRestGateway;
}

/** Has a stub for all tests around it, and closes the gateways that each of them makes. */
export function useRestStub(): RestStubFile {
  const shelf = new GatewayShelf();
  let stub: RestStub | undefined;
  const started = () => {
    if (stub === undefined) throw new Error('The stub is there only while tests run.');
    return stub;
  };
  beforeAll(async () => {
    stub = await startRestStub();
    // The first request of a process takes its time.
    await fetch(stub.endpoint.url, { method: 'POST', body: '[]' });
  });
  afterEach(() => shelf.close());
  afterAll(() => stub?.stop());
  return {
    get stub() {
      return started();
    },
    gatewayTo: (endpoint = started().endpoint, options = {}) =>
      shelf.open(endpoint, { commandTimeoutMs: 250, ...options }),
  };
}
