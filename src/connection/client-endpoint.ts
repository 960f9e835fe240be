import type { Redis } from 'ioredis';
import type { RedisClient } from './connection.options.js';
import type { ServerEndpoint } from './server-endpoint.js';

/**
 * Returns how to reach the server that a client is connected to: of a Sentinel group the present master.
 *
 * @returns null while it is not connected, and for a cluster.
 * @internal
 */
export function endpointOf(client: RedisClient): ServerEndpoint | null {
  if ('nodes' in client) return null;
  const { path, tls, username, password, db = 0 } = client.options;
  const { stream } = client as Partial<Redis>;
  const { remoteAddress: host, remotePort: port } = stream ?? {};
  const rest = { tls: tls ?? null, username: username ?? null, password: password ?? null, db };
  if (path) return client.status === 'ready' ? { address: { path }, ...rest } : null;
  return host === undefined || port === undefined ? null : { address: { host, port }, ...rest };
}
