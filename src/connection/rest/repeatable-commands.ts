import type { RedisCommand } from '../lua-script.js';

/** Are the commands that only read: sent twice they do what they do once. */
const READS: ReadonlySet<string> = new Set(
  [
    'PING ECHO TIME INFO DBSIZE EXISTS TYPE TTL PTTL EXPIRETIME PEXPIRETIME RANDOMKEY SCAN',
    'GET MGET STRLEN GETRANGE SUBSTR GETBIT BITCOUNT BITPOS PFCOUNT',
    'HGET HMGET HGETALL HEXISTS HKEYS HVALS HLEN HSTRLEN HRANDFIELD HSCAN',
    'LRANGE LINDEX LLEN LPOS SMEMBERS SISMEMBER SMISMEMBER SCARD SRANDMEMBER SINTER SUNION SDIFF SINTERCARD SSCAN',
    'ZRANGE ZREVRANGE ZRANGEBYSCORE ZREVRANGEBYSCORE ZRANGEBYLEX ZSCORE ZMSCORE ZRANK ZREVRANK ZCARD ZCOUNT ZLEXCOUNT ZSCAN',
    'XLEN XRANGE XREVRANGE XPENDING XINFO',
  ].flatMap((line) => line.split(' ')),
);

/**
 * Tells whether a command may be sent again although nobody knows whether it was executed. Even a plain SET may not:
 * the second one could undo what somebody else wrote after the first.
 *
 * @internal
 */
export function isRepeatable([command]: RedisCommand): boolean {
  return READS.has(command.toUpperCase());
}
