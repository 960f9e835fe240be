import { RedisReplyError } from './connection.errors.js';

/** Are the words of a server that answers, and takes no writes: it is full, cannot save, or has lost its replicas. */
const REFUSALS: ReadonlySet<string> = new Set(['OOM', 'MISCONF', 'NOREPLICAS']);

/** Tells whether an error says that the server takes no writes at the moment, whoever asks for them. @internal */
export function isWriteRefusal(error: unknown): boolean {
  return error instanceof RedisReplyError && REFUSALS.has(error.replyCode);
}
