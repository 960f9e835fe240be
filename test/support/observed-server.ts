import { afterAll, beforeAll } from '@jest/globals';
import { Redis } from 'ioredis';
import { startRedis } from '../../src/testing/start-redis.js';
import type { TestRedis } from '../../src/testing/test-redis.js';
import { until } from './until.js';

export interface ObservedServer {
  readonly server: TestRedis;
  /** Sees what applications do there. */
  readonly observer: Redis;
  /** Resolves once nobody but the observer is connected. */
  othersAreGone(): Promise<void>;
}

/** Has a server for all tests around it. */
export function useObservedServer(): ObservedServer {
  let server: TestRedis | undefined;
  let observer: Redis | undefined;
  const started = <T>(what: T | undefined): T => {
    if (what === undefined) throw new Error('The server is there only while tests run.');
    return what;
  };
  beforeAll(async () => {
    server = await startRedis();
    observer = new Redis(server.url);
  });
  afterAll(async () => {
    observer?.disconnect();
    await server?.stop();
  });
  return {
    get server() {
      return started(server);
    },
    get observer() {
      return started(observer);
    },
    othersAreGone: () =>
      until(async () => {
        const clients = (await started(observer).call('CLIENT', 'LIST')) as string;
        return clients.trim().split('\n').length === 1;
      }),
  };
}
