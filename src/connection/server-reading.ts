import { parseServerInfo, type ServerInfo } from '../common/server-info.js';
import type { RedisGateway } from './redis-gateway.js';

/**
 * Asks every master what it says of itself: INFO, O(1) in the keyspace.
 *
 * @throws {RedisReplyError} when the user may not run INFO.
 * @throws {RedisUnavailableError} when a server does not answer in time.
 * @internal
 */
export async function readServerInfo(gateway: RedisGateway, timeoutMs?: number): Promise<ServerInfo[]> {
  const replies = await gateway.sendToMasters(['INFO'], timeoutMs === undefined ? {} : { timeoutMs });
  return replies.map((reply) => parseServerInfo(String(reply)));
}
