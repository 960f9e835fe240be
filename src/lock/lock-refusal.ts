import 'reflect-metadata';
import { RedisUnavailableError, type RedisReplyError } from '../connection/connection.errors.js';
import { isWriteRefusal } from '../connection/write-refusal.js';
import { LockBusyError, LockTimeoutError } from './lock.errors.js';

/** Is what the decorators of handlers leave on a method whose errors must be of their own kind to reach a client. */
const WS_HANDLER = 'websockets:message_mapping';
const RPC_HANDLER = 'microservices:pattern';

const IN_USE = 'Another request is working on the same thing; try again when it is done.';
const REDIS_AWAY = 'Something this request needs cannot be reached at the moment; try again later.';

/**
 * Makes what a handler throws when it cannot have its lock: where clients see only a WsException or an RpcException, one
 * of these with the error's code and nothing of its message; elsewhere the error itself.
 *
 * The packages of WebSockets and microservices are optional. They are imported here and now, when the metadata of the
 * handler proves that the application has them.
 *
 * @internal
 */
export async function refusalOf(handler: unknown, error: unknown): Promise<unknown> {
  const isHeld = error instanceof LockBusyError || error instanceof LockTimeoutError;
  if (typeof handler !== 'function' || !(isHeld || isAway(error))) return error;
  const payload = { status: 'error', message: isHeld ? IN_USE : REDIS_AWAY, code: error.code };
  if (Reflect.hasOwnMetadata(WS_HANDLER, handler)) {
    const { WsException } = await import('@nestjs/websockets');
    return new WsException(payload);
  }
  if (Reflect.hasOwnMetadata(RPC_HANDLER, handler)) {
    const { RpcException } = await import('@nestjs/microservices');
    return new RpcException(payload);
  }
  return error;
}

function isAway(error: unknown): error is RedisUnavailableError | RedisReplyError {
  return error instanceof RedisUnavailableError || isWriteRefusal(error);
}
