/** Are the commands that need a connection of one's own, which a request does not have. */
const NEED_CONNECTION: ReadonlySet<string> = new Set(
  [
    'SUBSCRIBE PSUBSCRIBE SSUBSCRIBE UNSUBSCRIBE PUNSUBSCRIBE SUNSUBSCRIBE MONITOR',
    'MULTI EXEC DISCARD WATCH UNWATCH',
    'BLPOP BRPOP BLMOVE BLMPOP BRPOPLPUSH BZPOPMIN BZPOPMAX BZMPOP WAIT WAITAOF',
    'AUTH HELLO SELECT QUIT RESET CLIENT SYNC PSYNC REPLICAOF SLAVEOF SHUTDOWN',
  ].flatMap((line) => line.split(' ')),
);

/**
 * Says why a command cannot be sent over REST, as Upstash says it.
 *
 * @returns null when it can.
 * @internal
 */
export function refusalOf([name, ...args]: readonly [name: string, ...args: unknown[]]): string | null {
  const command = name.toUpperCase();
  const isBlocking =
    command.startsWith('XREAD') && args.some((argument) => String(argument).toUpperCase() === 'BLOCK');
  if (!NEED_CONNECTION.has(command) && !isBlocking) return null;
  return `ERR Command is not available: '${command}'. See https://upstash.com/docs/redis/overall/rediscompatibility for details`;
}
