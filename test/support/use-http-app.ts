import type { INestApplication, ModuleMetadata } from '@nestjs/common';
import { ClientProxyFactory, Transport, type ClientProxy } from '@nestjs/microservices';
import { WsAdapter } from '@nestjs/platform-ws';
import { afterAll, beforeAll } from '@jest/globals';
import { findFreePort } from '../../src/testing/free-port.js';
import { startRedis } from '../../src/testing/start-redis.js';
import type { TestRedis } from '../../src/testing/test-redis.js';
import { openHttpApp, type HttpApp, type Platform } from './http-app.js';

/** Is there while the tests of a block run, and not before. */
export interface UsedHttpApp extends HttpApp {
  readonly server: TestRedis;
}

/** Is an application that takes messages as well, over TCP and over WebSockets at its URL. */
export interface UsedHybridApp extends UsedHttpApp {
  /** Sends it messages over TCP. */
  readonly client: ClientProxy;
}

interface Uses {
  readonly platform: Platform;
  /** Says what the application is made of, once its server is there. */
  readonly metadata: (server: TestRedis) => ModuleMetadata;
  /** Sets the application up before it listens. */
  readonly prepare?: (app: INestApplication) => void;
}

/** Gives the tests of a `describe` block an application with a server of its own. */
export function useHttpApp({ platform, metadata, prepare }: Uses): UsedHttpApp {
  const used = {} as { -readonly [K in keyof UsedHttpApp]: UsedHttpApp[K] };
  beforeAll(async () => {
    used.server = await startRedis();
    Object.assign(used, await openHttpApp(platform, metadata(used.server), prepare));
  });
  afterAll(async () => {
    await (used as Partial<UsedHttpApp>).close?.();
    await (used as Partial<UsedHttpApp>).server?.stop();
  });
  return used;
}

/** Gives the tests of a `describe` block an application as `useHttpApp` does, which takes messages as well. */
export function useHybridApp({ prepare, ...uses }: Uses): UsedHybridApp {
  const tcp = { transport: Transport.TCP as const, options: { host: '127.0.0.1', port: 0 } };
  beforeAll(async () => {
    tcp.options.port = await findFreePort();
  });
  const used = useHttpApp({
    ...uses,
    prepare: (app) => {
      prepare?.(app);
      app.useWebSocketAdapter(new WsAdapter(app));
      app.connectMicroservice(tcp);
    },
  }) as { -readonly [K in keyof UsedHybridApp]: UsedHybridApp[K] };
  beforeAll(async () => {
    await used.app.startAllMicroservices();
    used.client = ClientProxyFactory.create(tcp);
  });
  afterAll(() => void (used as Partial<UsedHybridApp>).client?.close());
  return used;
}
