import type { Redis } from 'ioredis';
import type { RedisClient } from './connection.options.js';

/**
 * Ends a client's connections now, or makes them anew.
 *
 * ioredis listens to the first error of a socket only. A TLS handshake that is broken off while the server's certificate
 * is found wanting brings two, and the second would end the process.
 *
 * @internal
 */
export function endClient(client: RedisClient, { reconnect = false } = {}): void {
  const nodes: Partial<Redis>[] = 'nodes' in client ? client.nodes('all') : [client];
  for (const { stream } of nodes) stream?.on('error', () => undefined);
  client.disconnect(reconnect);
}
