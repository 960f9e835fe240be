import { Cluster, Command, Redis } from 'ioredis';
import type { RedisClient } from './connection.options.js';
import type { RedisCommand, RedisReply } from './lua-script.js';

const TEXT = { replyEncoding: 'utf8' } as const;
const BINARY = { replyEncoding: null } as const;

/**
 * Is a command that ioredis does not limit, since whoever sends it does: with one timer for all, which does not count time
 * in which the process stands still. The client's `commandTimeout` is for what the application sends itself.
 */
class OwnCommand extends Command {
  override setTimeout(): void {}
}

/** Sends a command of this library, whose time the caller limits. @internal */
export function sendOwn(
  client: RedisClient,
  [name, ...args]: RedisCommand,
  binary = false,
): Promise<RedisReply> {
  const reply = isOfThisCopy(client)
    ? client.sendCommand(new OwnCommand(name, args, binary ? BINARY : TEXT))
    : client[binary ? 'callBuffer' : 'call'](name, ...args);
  return reply as Promise<RedisReply>;
}

/** A client of another copy of ioredis may not know what commands of this one's are. */
function isOfThisCopy(client: unknown): boolean {
  return client instanceof Redis || client instanceof Cluster;
}
