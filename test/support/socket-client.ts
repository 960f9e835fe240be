import { WebSocket } from 'ws';
import type { HttpApp } from './http-app.js';

/** Is one client of a gateway for WebSockets. */
export interface SocketClient {
  /** Sends a message and answers the next that comes. */
  ask(event: string, data?: string): Promise<object>;
  close(): void;
}

/** Connects to the gateway for WebSockets that an application has at its URL. */
export async function openSocket({ url }: Pick<HttpApp, 'url'>): Promise<SocketClient> {
  const socket = new WebSocket(url.replace('http', 'ws'));
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
