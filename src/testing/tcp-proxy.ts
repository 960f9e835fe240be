import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Server, type Socket } from 'node:net';
import { type Duration, toMs } from '../common/duration.js';
import { InvalidOptionsError } from '../common/errors.js';
import { LOOPBACK_HOST } from '../connection/embedded/loopback.js';
import { parseRedisUrl, urlProblem } from '../connection/redis-url.js';
import { ProxyConnection } from './proxy-connection.js';
import type { CutEnding, ProxyFaults } from './proxy-lane.js';

const DEFAULT_REDIS_PORT = 6379;

/** Configures a proxy. @publicApi */
export interface TcpProxyOptions {
  /** Is the `redis://` URL of the server behind the proxy. */
  readonly target: string;
}

/**
 * Stands between clients and a server and makes the network fail as told; faults add up until `resume`.
 *
 * @publicApi
 */
export class TcpProxy implements AsyncDisposable {
  readonly host = LOOPBACK_HOST;
  readonly port: number;
  /** Is the target's URL, credentials included, with the proxy's address in it. */
  readonly url: string;
  private readonly open = new Set<ProxyConnection>();
  private readonly faults: ProxyFaults = { latencyMs: 0, frozen: false };
  private refusing = false;

  /** @internal use `startTcpProxy` */
  constructor(
    private readonly server: Server,
    private readonly target: string,
  ) {
    this.port = (server.address() as AddressInfo).port;
    this.url = withAddress(target, this.host, this.port);
    server.on('connection', (client) => this.accept(client));
    server.unref();
  }

  /** Counts the connections that are open now. */
  get connections(): number {
    return this.open.size;
  }

  /** Resets every connection; with `refuseNew` also each new one, as soon as it is made. */
  drop({ refuseNew = false }: { refuseNew?: boolean } = {}): void {
    this.refusing ||= refuseNew;
    for (const connection of this.open) connection.drop();
  }

  /**
   * Delays everything by `latency` each way.
   *
   * @throws {InvalidOptionsError} when `latency` is no duration above zero.
   */
  delay(latency: Duration): void {
    this.faults.latencyMs = toMs(latency, 'latency');
  }

  /** Accepts connections and keeps them open, but forwards nothing: neither bytes nor a close. */
  freeze(): void {
    this.faults.frozen = true;
  }

  /**
   * Lets `bytes` more of the server's replies through on each connection open now, then stalls or closes it.
   *
   * New connections are not cut, so that a client that connects again recovers.
   */
  cutReplies(bytes: number, ending: CutEnding): void {
    for (const connection of this.open) connection.cutReplies(bytes, ending);
  }

  /** Ends every fault: what was held back is forwarded at once, and connections are accepted again. */
  resume(): void {
    this.refusing = false;
    this.faults.frozen = false;
    this.faults.latencyMs = 0;
    for (const connection of this.open) connection.resume();
  }

  /** Closes every connection and the proxy's port. */
  async stop(): Promise<void> {
    this.drop({ refuseNew: true });
    if (!this.server.listening) return;
    this.server.close();
    await once(this.server, 'close');
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }

  private accept(client: Socket): void {
    if (this.refusing) {
      client.on('error', () => undefined).resetAndDestroy();
      return;
    }
    const { host = LOOPBACK_HOST, port = DEFAULT_REDIS_PORT } = parseRedisUrl(this.target);
    const target = connect({ host, port, noDelay: true, allowHalfOpen: true });
    const connection = new ProxyConnection(client, target, this.faults);
    this.open.add(connection);
    connection.onClosed(() => this.open.delete(connection));
  }
}

/**
 * Starts a proxy on a free port of 127.0.0.1; it does not keep the process alive.
 *
 * @throws {InvalidOptionsError} when `target` is no Redis URL.
 * @example
 * const proxy = await startTcpProxy({ target: redis.url });
 * proxy.freeze();
 * @publicApi
 */
export async function startTcpProxy({ target }: TcpProxyOptions): Promise<TcpProxy> {
  const problem =
    urlProblem(target) ?? (/^unix:/i.test(target) ? 'names a socket; give a host and a port' : null);
  if (problem !== null)
    throw new InvalidOptionsError('startTcpProxy', [{ path: 'target', message: problem }]);
  const server = createServer({ noDelay: true, allowHalfOpen: true }).listen(0, LOOPBACK_HOST);
  await once(server, 'listening');
  return new TcpProxy(server, target);
}

function withAddress(target: string, host: string, port: number): string {
  const url = new URL(target);
  url.hostname = host;
  url.port = String(port);
  return url.href;
}
