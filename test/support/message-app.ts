import type { ModuleMetadata } from '@nestjs/common';
import { ClientProxyFactory, Transport, type ClientProxy } from '@nestjs/microservices';
import { WsAdapter } from '@nestjs/platform-ws';
import { WebSocket } from 'ws';
import { findFreePort } from '../../src/testing/free-port.js';
import { openHttpApp, type HttpApp } from './http-app.js';

/** Is an application that takes messages besides HTTP: over WebSockets at its URL, and from `client` over TCP. */
export interface MessageApp {
  readonly http: HttpApp;
  readonly client: ClientProxy;
  close(): Promise<void>;
}

/** Starts an application with a gateway for WebSockets and a microservice, on free ports. */
export async function openMessageApp(metadata: ModuleMetadata): Promise<MessageApp> {
  const tcp = {
    transport: Transport.TCP as const,
    options: { host: '127.0.0.1', port: await findFreePort() },
  };
  const http = await openHttpApp('Express', metadata, (app) => {
    app.useWebSocketAdapter(new WsAdapter(app));
    app.connectMicroservice(tcp);
  });
  await http.app.startAllMicroservices();
  const client = ClientProxyFactory.create(tcp);
  const close = async () => {
    await client.close();
    await http.close();
  };
  return { http, client, close };
}

/** Is one client of a gateway for WebSockets. */
export interface SocketClient {
  /** Sends a message and answers the next that comes. */
  ask(event: string, data?: string): Promise<object>;
  close(): void;
}

export async function openSocket({ http }: MessageApp): Promise<SocketClient> {
  const socket = new WebSocket(http.url.replace('http', 'ws'));
  await new Promise((resolve) => socket.once('open', resolve));
  const ask = async (event: string, data = ''): Promise<object> => {
    const message = new Promise<string>((resolve) =>
      socket.once('message', (text: Buffer) => resolve(text.toString())),
    );
    socket.send(JSON.stringify({ event, data }));
    return JSON.parse(await message) as object;
  };
  return { ask, close: () => socket.close() };
}
