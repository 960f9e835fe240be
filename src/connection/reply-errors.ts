import { RedisSuiteError } from '../common/errors.js';
import {
  RedisAuthError,
  RedisDatabaseError,
  RedisReplyError,
  RedisTlsRequiredError,
  RedisUnavailableError,
  type UnavailableReason,
} from './connection.errors.js';

/** Maps the server's codes that say "not now" to a reason; the server may serve the same command later. */
const UNAVAILABLE_CODES: Record<string, UnavailableReason> = {
  LOADING: 'loading',
  BUSY: 'busy',
  READONLY: 'read-only',
  MASTERDOWN: 'failing-over',
  CLUSTERDOWN: 'failing-over',
  TRYAGAIN: 'failing-over',
};

/** Are the codes with which a server answers everything, PING included, so that it is as good as away. */
const AWAY_CODES = new Set(['LOADING', 'BUSY', 'MASTERDOWN', 'NOAUTH']);

/**
 * Is what Upstash answers to everything once the database has used up its requests of the day or month.
 *
 * @see https://upstash.com/docs/redis/troubleshooting/max_daily_request_limit
 */
const QUOTA = /^ERR max (?:daily request|requests) limit exceeded/;

/** Is the message of the error with which a connection ends that owed an answer for too long. @internal */
export const SILENT = 'The connection owed an answer for too long.';

/** Is what a server says to a client that it has no room for, before it ends the connection. */
const NO_ROOM = /^ERR max number of clients reached/;

/** Are the reasons that say the same where the code is gone. */
const AWAY_REASONS = new Set<UnavailableReason>([
  'timeout',
  'disconnected',
  'loading',
  'busy',
  'throttled',
  'bad-answer',
  'closed',
]);

/** Are the server's words for credentials that it does not accept. @internal */
export const AUTH_CODES: ReadonlySet<string> = new Set(['NOAUTH', 'WRONGPASS', 'NOPERM']);

/** Is what the server answers to the SELECT of a new connection. */
const NO_DATABASE = /^ERR (?:DB index is out of range|invalid DB index|SELECT is not allowed)/;

/** Says where an error came from. @internal */
export interface ErrorOrigin {
  readonly connection: string;
  /** Is the command's or script's name. */
  readonly command: string;
}

/**
 * Turns whatever ioredis rejected with into one of this library's errors. ioredis hangs the command with its
 * arguments on many of its errors, so none of them is kept as a cause.
 *
 * @internal
 */
export function translateError(error: unknown, { connection, command }: ErrorOrigin): Error {
  if (error instanceof RedisSuiteError) return error;
  const { name, message } = error instanceof Error ? error : { name: '', message: '' };
  if (name === 'ReplyError') return translateReply(message, { connection, command });
  if (message === 'Command timed out') return new RedisUnavailableError(connection, 'timeout');
  return new RedisUnavailableError(connection, 'disconnected');
}

/**
 * Tells whether an error means that the server serves nothing at the moment. Whoever only refuses to write, or one
 * command, answers.
 *
 * @internal
 */
export function isAway(error: unknown): boolean {
  if (error instanceof RedisUnavailableError) return AWAY_REASONS.has(error.reason);
  if (error instanceof RedisSuiteError) return false;
  const reply = replyOf(error);
  return reply === null || AWAY_CODES.has(reply.code) || QUOTA.test(reply.message);
}

/** Returns what a server answered that is an error: its text, and the word it begins with. @internal */
export function replyOf(error: unknown): { readonly code: string; readonly message: string } | null {
  if (!(error instanceof Error) || error.name !== 'ReplyError') return null;
  return { code: codeOf(error), message: error.message };
}

function codeOf({ message }: Error): string {
  return message.split(' ', 1)[0] ?? '';
}

/** Turns the text of an error reply into one of this library's errors. @internal */
export function translateReply(message: string, { connection, command }: ErrorOrigin): Error {
  const [, code = 'ERR', detail = ''] = /^(\S+)\s*([^]*)$/.exec(message) ?? [];
  if (code === 'NOAUTH') return new RedisAuthError(connection, code);
  const reason = QUOTA.test(message) ? 'throttled' : UNAVAILABLE_CODES[code];
  if (reason !== undefined) return new RedisUnavailableError(connection, reason);
  return new RedisReplyError({ connection, command, replyCode: code, detail: withoutArguments(detail) });
}

/** The server quotes arguments only when it does not know the command. */
function withoutArguments(detail: string): string {
  return detail.replace(/,? with args beginning with:[^]*$/, '');
}

/** Returns the error for a failure to connect that no retry will mend, else null. @internal */
export function fatalConnectError(failure: unknown, connection: string): Error | null {
  if (!(failure instanceof Error)) return null;
  const error = connectCause(failure);
  const refusal = SENTINEL_REFUSAL.exec(error.message)?.[1];
  if (refusal !== undefined) return new RedisAuthError(connection, refusal, AT_SENTINELS);
  const code = codeOf(error);
  if (error.name === 'ReplyError' && AUTH_CODES.has(code)) return new RedisAuthError(connection, code);
  if (error.name === 'ReplyError' && NO_DATABASE.test(error.message))
    return new RedisDatabaseError(connection);
  // A TLS server answers a plain greeting with an alert record, whose first byte is 0x15.
  if (error.message.includes('"\\u0015"') || error.message.includes('"\u0015"'))
    return new RedisTlsRequiredError(connection);
  return null;
}

/** Is how ioredis tells that no Sentinel was of use, with what the last of them said. */
const SENTINEL_REFUSAL = /^All sentinels are unreachable.* Last error: (NOAUTH|WRONGPASS|NOPERM)\b/;

const AT_SENTINELS = "'sentinelUsername' and 'sentinelPassword'";

/**
 * Names a failure to connect for logs: by the server's word, or by the socket's code, since messages of the resolver and
 * of TLS are for people.
 *
 * @internal
 */
export function describeConnectError(failure: Error): string {
  const error = connectCause(failure);
  const { code } = error as NodeJS.ErrnoException;
  if (error.name === 'ReplyError') return NO_ROOM.test(error.message) ? 'too many clients' : codeOf(error);
  if (error.message === SILENT) return 'no answer, so the connection is made anew';
  if (error.message === 'Command timed out') return 'no answer to the greeting';
  if (error.message === 'Connection is closed.') return 'the connection was ended';
  if (error.message.startsWith('Protocol error')) return 'what answers does not speak the protocol of Redis';
  if (error.message.startsWith('All sentinels are unreachable'))
    return 'no Sentinel names a master that can be reached';
  return code ?? error.name;
}

/** A cluster that none of its nodes lets in has the last one's reason inside. */
function connectCause(failure: Error): Error {
  const { lastNodeError } = failure as { lastNodeError?: unknown };
  return lastNodeError instanceof Error ? lastNodeError : failure;
}
