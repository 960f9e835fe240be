import type { IncomingHttpHeaders } from 'node:http';
import type { Redis } from 'ioredis';
import { refusalOf } from './rest-commands.js';

type Command = [name: string, ...args: (string | Buffer)[]];
type Outcome = { readonly result: unknown } | { readonly error: string };

/** Is a request to a shim. @internal */
export interface RestRequest {
  readonly method: string;
  /** Is the path, with the query. */
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
}

/** Is what a shim answers. @internal */
export interface RestAnswer {
  readonly status: number;
  readonly body: unknown;
}

const METHODS = new Set(['HEAD', 'GET', 'POST', 'PUT']);

/**
 * Does with a server what a REST request says.
 *
 * @see https://upstash.com/docs/redis/features/restapi
 * @internal
 */
export class RestProtocol {
  constructor(
    private readonly client: Redis,
    private readonly token: string,
  ) {}

  /** Answers a request. Rejects when the server is away. */
  async answer(request: RestRequest): Promise<RestAnswer> {
    const { pathname, searchParams } = new URL(request.url, 'http://shim');
    const given = searchParams.get('_token') ?? request.headers.authorization?.replace(/^Bearer /i, '');
    if (given !== this.token) return { status: 401, body: { error: 'Unauthorized' } };
    if (!METHODS.has(request.method)) return { status: 405, body: { error: 'Method not allowed' } };
    const isBase64 = request.headers['upstash-encoding'] === 'base64';
    const encode = (reply: unknown) => encoded(reply, isBase64 ? 'base64' : 'utf8');
    if (pathname === '/pipeline' || pathname === '/multi-exec') {
      const commands = readJson(request.body, isListOfCommands);
      return commands === null ? UNREADABLE : this.#many(pathname, commands.map(asCommand), encode);
    }
    const command =
      pathname === '/' ? readJson(request.body, isCommand) : commandOf(pathname, searchParams, request.body);
    return command === null ? UNREADABLE : this.#one(asCommand(command), encode);
  }

  async #one(command: Command, encode: (reply: unknown) => unknown): Promise<RestAnswer> {
    const refusal = refusalOf(command);
    if (refusal !== null) return { status: 400, body: { error: refusal } };
    try {
      return { status: 200, body: { result: encode(await this.client.callBuffer(...command)) } };
    } catch (error) {
      return { status: 400, body: { error: replyError(error) } };
    }
  }

  async #many(
    path: '/pipeline' | '/multi-exec',
    commands: readonly Command[],
    encode: (reply: unknown) => unknown,
  ): Promise<RestAnswer> {
    const refusal = commands.map(refusalOf).find((found) => found !== null);
    if (commands.length === 0 || refusal !== undefined)
      return { status: 400, body: { error: refusal ?? 'ERR empty pipeline request' } };
    const isOne = path === '/multi-exec';
    const batch = this.client.pipeline();
    for (const command of isOne ? [MULTI, ...commands, EXEC] : commands) batch.callBuffer(...command);
    const replies = ((await batch.exec()) ?? []).map(([error, reply]) => error ?? reply);
    const last = replies.at(-1);
    if (isOne && last instanceof Error) return { status: 400, body: { error: replyError(last) } };
    const results = isOne ? (last as unknown[]) : replies;
    return { status: 200, body: results.map((result) => outcomeOf(result, encode)) };
  }
}

const MULTI: Command = ['MULTI'];
const EXEC: Command = ['EXEC'];

const UNREADABLE: RestAnswer = { status: 400, body: { error: 'ERR failed to parse the request' } };

function outcomeOf(reply: unknown, encode: (reply: unknown) => unknown): Outcome {
  return reply instanceof Error ? { error: replyError(reply) } : { result: encode(reply) };
}

/** Returns the text of a reply that is an error; what is none is thrown on. */
function replyError(error: unknown): string {
  if (error instanceof Error && error.name === 'ReplyError') return error.message;
  throw error;
}

/** An `OK` is never encoded. */
function encoded(reply: unknown, encoding: 'base64' | 'utf8'): unknown {
  if (Array.isArray(reply)) return reply.map((element) => encoded(element, encoding));
  if (!Buffer.isBuffer(reply)) return reply;
  return reply.toString() === 'OK' ? 'OK' : reply.toString(encoding);
}

function readJson<T>(body: Buffer, isGood: (value: unknown) => value is T): T | null {
  try {
    const value: unknown = JSON.parse(body.toString());
    return isGood(value) ? value : null;
  } catch {
    return null;
  }
}

function isCommand(value: unknown): value is unknown[] {
  return Array.isArray(value) && typeof value[0] === 'string';
}

function isListOfCommands(value: unknown): value is unknown[][] {
  return Array.isArray(value) && value.every(isCommand);
}

/** Reads `/SET/key?EX=100` with the value as body. */
function commandOf(pathname: string, query: URLSearchParams, body: Buffer): unknown[] {
  query.delete('_token');
  const segments = pathname.slice(1).split('/').map(decodeURIComponent);
  return [
    ...segments,
    ...(body.length > 0 ? [body] : []),
    ...[...query].flat().filter((text) => text !== ''),
  ];
}

function asCommand([name, ...args]: unknown[]): Command {
  return [String(name), ...args.map(asArgument)];
}

function asArgument(value: unknown): string | Buffer {
  if (typeof value === 'string' || Buffer.isBuffer(value)) return value;
  return JSON.stringify(value);
}
