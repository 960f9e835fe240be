import { RedisReplyError, RedisUnavailableError } from './connection.errors.js';

/** Are the server's words for "not now" to a command that changes data. */
const NOT_NOW = new Set(['MISCONF', 'NOREPLICAS', 'NOAUTH']);

/** Tells whether what failed so can succeed later. @internal */
export function isWorthRepeating(error: unknown): boolean {
  if (error instanceof RedisReplyError) return NOT_NOW.has(error.replyCode);
  return !(error instanceof RedisUnavailableError) || error.reason !== 'closed';
}
