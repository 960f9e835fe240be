import { parseServerInfo, type ServerInfo } from '../common/server-info.js';
import type { RedisGateway } from './redis-gateway.js';

interface ReadingOptions {
  /** Asks for one section of INFO, for example `memory`. @default the server's default sections */
  readonly section?: string;
  /** Limits the wait, in milliseconds, when that is shorter than the connection's `commandTimeout`. */
  readonly timeoutMs?: number;
}

/**
 * Asks every master what it says of itself: INFO, O(1) in the keyspace.
 *
 * @throws {RedisReplyError} when the user may not run INFO.
 * @throws {RedisUnavailableError} when a server does not answer in time.
 * @internal
 */
export async function readServerInfo(
  gateway: RedisGateway,
  { section, timeoutMs }: ReadingOptions = {},
): Promise<ServerInfo[]> {
  const command = section === undefined ? (['INFO'] as const) : (['INFO', section] as const);
  const replies = await gateway.sendToMasters(command, timeoutMs === undefined ? {} : { timeoutMs });
  return replies.map((reply) => parseServerInfo(String(reply)));
}
