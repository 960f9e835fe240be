import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Redis } from 'ioredis';
import { InvalidOptionsError } from '../common/errors.js';
import { LOOPBACK_HOST } from '../connection/embedded/loopback.js';
import { urlProblem } from '../connection/redis-url.js';
import { RestProtocol } from './rest-protocol.js';

/** Configures a shim. @publicApi */
export interface RestShimOptions {
  /** Is the `redis://` URL of the server behind the shim. */
  readonly target: string;
  /** Is what every request must bring. @default a random one */
  readonly token?: string;
}

/**
 * Speaks the REST protocol of Upstash in front of a real server: `POST /` with a command as JSON array, `/pipeline`,
 * `/multi-exec`, commands in the path, and `Upstash-Encoding: base64`.
 *
 * @publicApi
 */
export class RestShim implements AsyncDisposable {
  readonly host = LOOPBACK_HOST;
  readonly port: number;
  /** Is the `http://` URL. */
  readonly url: string;

  /** @internal use `startRestShim` */
  constructor(
    private readonly server: Server,
    private readonly client: Redis,
    /** Is what every request must bring as `Authorization: Bearer …`. */
    readonly token: string,
  ) {
    this.port = (server.address() as AddressInfo).port;
    this.url = `http://${this.host}:${this.port}`;
    const protocol = new RestProtocol(client, token);
    server.on('request', (request, response) => void answer(protocol, request, response));
    server.on('connection', (socket) => socket.unref());
    server.unref();
  }

  /** Ends every request and closes the shim's port; the server behind it stays. */
  async stop(): Promise<void> {
    // Of a closed connection ioredis would wait for the close.
    if (this.client.status !== 'end') this.client.disconnect();
    if (!this.server.listening) return;
    this.server.close();
    this.server.closeAllConnections();
    await once(this.server, 'close');
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }
}

/**
 * Starts a shim on a free port of 127.0.0.1; it does not keep the process alive.
 *
 * @throws {InvalidOptionsError} when `target` is no Redis URL.
 * @example
 * const shim = await startRestShim({ target: redis.url });
 * RedisModule.forRoot({ connection: { rest: { url: shim.url, token: shim.token } } });
 * @publicApi
 */
export async function startRestShim({ target, token = createToken() }: RestShimOptions): Promise<RestShim> {
  const problem = urlProblem(target);
  if (problem !== null)
    throw new InvalidOptionsError('startRestShim', [{ path: 'target', message: problem }]);
  const client = new Redis(target, {
    lazyConnect: true,
    enableOfflineQueue: false,
    maxRetriesPerRequest: 0,
    // REST knows the types of RESP 2 only.
    protocol: 2,
  });
  // A server that is away is told to whoever asks.
  client.on('error', () => undefined);
  // Not before: nothing else would keep a program alive that waits for the shim.
  client.on('ready', () => client.stream.unref());
  await client.connect().catch(() => undefined);
  const server = createServer().listen(0, LOOPBACK_HOST);
  await once(server, 'listening');
  return new RestShim(server, client, token);
}

async function answer(
  protocol: RestProtocol,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  try {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const { method = '', url = '/', headers } = request;
    const { status, body } = await protocol.answer({ method, url, headers, body: Buffer.concat(chunks) });
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  } catch {
    // Whoever asked has gone, or the server behind the shim is away.
    if (!response.destroyed) response.writeHead(503).end();
  }
}

function createToken(): string {
  return randomBytes(24).toString('base64url');
}
