import type { UnavailableReason } from '../connection.errors.js';
import type { RedisCommand } from '../lua-script.js';
import { writeCommand } from './rest-text.js';

/** Is where a REST endpoint is and what opens it. @internal */
export interface RestEndpoint {
  /** Is the `https://` URL. */
  readonly url: string;
  readonly token: string;
}

/** Is what an endpoint answers to one command; texts of a result are in base64, those of an error are not. @internal */
export type RestReply = { readonly result: unknown } | { readonly error: string };

/** Says how several commands are executed: one after the other, or as one. @internal */
export type RestBatch = 'pipeline' | 'multi-exec';

/** Says why there is no reply; it stays inside this room, and quotes nothing of request and answer. @internal */
export class RestFailure extends Error {
  constructor(
    readonly reason: UnavailableReason | 'unauthorized',
    message: string,
  ) {
    super(message);
  }
}

/**
 * Speaks the REST protocol of Upstash over `fetch`: one request for each call, sent once.
 *
 * It needs nothing of Node but a global `Buffer`, so that it also runs where there is only `fetch`.
 *
 * @see https://upstash.com/docs/redis/features/restapi
 * @internal
 */
export class RestTransport {
  readonly #url: string;
  readonly #headers: Readonly<Record<string, string>>;

  constructor({ url, token }: RestEndpoint) {
    this.#url = url.replace(/\/+$/, '');
    this.#headers = {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      'upstash-encoding': 'base64',
    };
  }

  /**
   * Sends one command.
   *
   * @throws {RestFailure} when there is no reply; what the server refuses is a reply.
   * @throws {BinaryArgumentError} when an argument cannot be written.
   */
  async one(command: RedisCommand, signal: AbortSignal): Promise<RestReply> {
    const answer = await this.#post('/', writeCommand(command), signal);
    if (isReply(answer)) return answer;
    throw new RestFailure('bad-answer', 'an answer that is no reply');
  }

  /**
   * Sends several commands in one request.
   *
   * @returns a reply for each; one reply that is an error when the whole request was refused.
   * @throws {RestFailure} when there are no replies.
   * @throws {BinaryArgumentError} when an argument cannot be written.
   */
  async many(
    batch: RestBatch,
    commands: readonly RedisCommand[],
    signal: AbortSignal,
  ): Promise<RestReply[] | { readonly error: string }> {
    const answer = await this.#post(`/${batch}`, commands.map(writeCommand), signal);
    if (isReply(answer) && 'error' in answer) return answer;
    if (Array.isArray(answer) && answer.length === commands.length && answer.every(isReply)) return answer;
    throw new RestFailure('bad-answer', 'an answer that is no list of replies');
  }

  async #post(path: string, body: unknown, signal: AbortSignal): Promise<unknown> {
    const { status, text } = await this.#exchange(path, JSON.stringify(body), signal);
    if (status === 401 || status === 403) throw new RestFailure('unauthorized', `HTTP ${status}`);
    if (status === 429) throw new RestFailure('throttled', `HTTP ${status}`);
    if (status >= 500 || (status >= 300 && status < 400))
      throw new RestFailure('bad-answer', `HTTP ${status}`);
    try {
      return JSON.parse(text);
    } catch {
      throw new RestFailure('bad-answer', `HTTP ${status} without JSON`);
    }
  }

  /** A redirect is not followed: it would carry the token, and a POST, elsewhere. */
  async #exchange(
    path: string,
    body: string,
    signal: AbortSignal,
  ): Promise<{ status: number; text: string }> {
    try {
      const request = { method: 'POST', headers: this.#headers, body, signal, redirect: 'manual' } as const;
      const response = await fetch(this.#url + path, request);
      return { status: response.status, text: await response.text() };
    } catch (error) {
      throw new RestFailure(signal.aborted ? 'timeout' : 'disconnected', describe(error));
    }
  }
}

function isReply(answer: unknown): answer is RestReply {
  if (typeof answer !== 'object' || answer === null) return false;
  return 'error' in answer ? typeof answer.error === 'string' : 'result' in answer;
}

/** `fetch` hides what happened behind a cause, whose code says it best. */
function describe(error: unknown): string {
  const { name, cause } = error as Error & { cause?: { code?: string; name?: string } };
  return cause?.code ?? cause?.name ?? name;
}
