import type { ExecutionContext } from '@nestjs/common';
import type { RateLimitRequest } from '../rate-limit.options.js';

const NOTHING: RateLimitRequest = { headers: {} };

/** Is what Node knows of an answer: on Express the response itself. */
interface RawResponse {
  readonly statusCode: number;
  readonly destroyed: boolean;
  /** Is true when all of it has been handed over to the operating system. */
  readonly writableFinished: boolean;
  readonly socket: { readonly bytesWritten: number } | null;
  once(event: 'close', listener: () => void): unknown;
}

/** Is a response on either platform. @internal */
export interface RateLimitResponse {
  /** Is on Fastify what the response is made of. */
  readonly raw?: RawResponse;
  setHeader?(name: string, value: string): unknown;
  header?(name: string, value: string): unknown;
}

/** Is what GraphQL servers put into the context of an operation; what exactly depends on the driver. */
interface GraphqlContext {
  readonly req?: RateLimitRequest & { readonly res?: RateLimitResponse };
  readonly request?: RateLimitRequest;
  readonly res?: RateLimitResponse;
  readonly reply?: RateLimitResponse & { readonly request?: RateLimitRequest };
}

/** Is a socket of `socket.io`, which has a handshake, or of `ws`, which has a socket. */
interface WsClient {
  readonly handshake?: { readonly address?: string; readonly headers?: RateLimitRequest['headers'] };
  readonly _socket?: { readonly remoteAddress?: string };
  readonly data?: { readonly user?: unknown };
  readonly user?: unknown;
}

/** Is the context of a message; only that of TCP has a socket. */
interface RpcContext {
  getSocketRef?(): { readonly socket?: { readonly remoteAddress?: string } };
  readonly user?: unknown;
}

/** Finds the request behind a call, in any context; what a context does not know is left out. @internal */
export function requestOf(context: ExecutionContext): RateLimitRequest {
  switch (context.getType<string>()) {
    case 'http':
      return context.getArgByIndex<RateLimitRequest>(0);
    case 'graphql': {
      const graphql = context.getArgByIndex<GraphqlContext | undefined>(2);
      return graphql?.req ?? graphql?.request ?? graphql?.reply?.request ?? NOTHING;
    }
    case 'ws': {
      const client = context.getArgByIndex<WsClient>(0);
      const ip = client.handshake?.address ?? client._socket?.remoteAddress;
      return { ip, headers: client.handshake?.headers ?? {}, user: client.user ?? client.data?.user };
    }
    case 'rpc': {
      const rpc = context.getArgByIndex<RpcContext | undefined>(1);
      return { ip: rpc?.getSocketRef?.().socket?.remoteAddress, headers: {}, user: rpc?.user };
    }
    default:
      return NOTHING;
  }
}

/** Finds the response on which headers can be set; undefined where there is none. @internal */
export function responseOf(context: ExecutionContext): RateLimitResponse | undefined {
  const type = context.getType<string>();
  if (type === 'http') return context.getArgByIndex<RateLimitResponse>(1);
  if (type !== 'graphql') return undefined;
  const graphql = context.getArgByIndex<GraphqlContext | undefined>(2);
  return graphql?.res ?? graphql?.reply ?? graphql?.req?.res;
}

/** Holds the names of headers in lower case: Fastify wants them so, and to make them for each answer costs. */
const lowerCase = new Map<string, string>();

/** Sets a header, of one of few names, on either platform. @internal */
export function setHeader(
  response: RateLimitResponse,
  [name, value]: readonly [name: string, value: string],
): void {
  if (response.setHeader !== undefined) {
    response.setHeader(name, value);
    return;
  }
  let lower = lowerCase.get(name);
  if (lower === undefined) lowerCase.set(name, (lower = name.toLowerCase()));
  response.header?.(lower, value);
}
