import type { Clock } from '../../common/clock.js';
import type { SuiteEvents } from '../../common/events.js';
import type { Availability } from '../availability.js';
import { RedisAuthError, RedisReplyError, RedisUnsupportedError } from '../connection.errors.js';
import type { LuaScript, RedisCommand, RedisReply, ScriptCall } from '../lua-script.js';
import type { CallOptions, OpenableGateway } from '../redis-gateway.js';
import { AUTH_CODES, translateReply } from '../reply-errors.js';
import { isRepeatable } from './repeatable-commands.js';
import { RestLine } from './rest-line.js';
import { readReply } from './rest-text.js';
import { RestTransport, type RestEndpoint, type RestReply } from './rest-transport.js';
import { digestOf } from './script-digest.js';

/** Is what a gateway over REST is made of. @internal */
export interface RestGatewayParts {
  readonly name: string;
  readonly endpoint: RestEndpoint;
  readonly commandTimeoutMs: number;
  /** Counts how often a read that was not answered is sent again. */
  readonly retries: number;
  readonly events: SuiteEvents;
  readonly clock: Clock;
}

/**
 * Reaches a server through a REST endpoint. What may change something is sent once; there are no messages.
 *
 * @internal
 */
export class RestGateway implements OpenableGateway {
  readonly name: string;
  readonly topology = 'rest';
  readonly capabilities = { push: false, blocking: false, replicas: false };
  readonly #events: SuiteEvents;
  readonly #transport: RestTransport;
  readonly #line: RestLine;
  readonly #digests = new Map<LuaScript, Promise<string>>();

  constructor({ endpoint, ...parts }: RestGatewayParts) {
    this.name = parts.name;
    this.#events = parts.events;
    this.#transport = new RestTransport(endpoint);
    this.#line = new RestLine({ ...parts, ping: (signal) => this.#ping(signal) });
  }

  get availability(): Availability {
    return this.#line.availability;
  }

  /**
   * Waits for the endpoint's first answer, for `timeoutMs` at most.
   *
   * @throws {RedisAuthError} when the token is refused.
   * @throws {RedisUnavailableError} when there was no answer in time; it is sought on in the background.
   */
  open(timeoutMs: number): Promise<void> {
    return this.#line.open(timeoutMs);
  }

  /** Ends the requests under way, within `timeoutMs`; calls fail from now on. */
  close(timeoutMs: number): Promise<void> {
    return this.#line.close(timeoutMs);
  }

  send(command: RedisCommand, { binary = false, timeoutMs }: CallOptions = {}): Promise<RedisReply> {
    const [name] = command;
    return this.#line.call({ command: name, repeatable: isRepeatable(command), timeoutMs }, async (signal) =>
      this.#unwrap(await this.#transport.one(command, signal), name, binary),
    );
  }

  async sendMany(
    commands: readonly RedisCommand[],
    { binary = false, timeoutMs }: CallOptions = {},
  ): Promise<(RedisReply | Error)[]> {
    if (commands.length === 0) return [];
    const call = { command: 'pipeline', repeatable: commands.every(isRepeatable), timeoutMs };
    return this.#line.call(call, async (signal) => {
      const replies = await this.#transport.many('pipeline', commands, signal);
      if ('error' in replies) throw this.#errorOf(replies.error, call.command);
      return replies.map((reply, i) =>
        'error' in reply
          ? this.#errorOf(reply.error, commands[i]?.[0] ?? call.command)
          : readReply(reply.result, binary),
      );
    });
  }

  async sendToMasters(
    command: RedisCommand,
    options?: Pick<CallOptions, 'timeoutMs'>,
  ): Promise<RedisReply[]> {
    return [await this.send(command, options)];
  }

  run({ script, keys, args = [], binary }: ScriptCall, options: CallOptions = {}): Promise<RedisReply> {
    const { timeoutMs } = options;
    const rest = [keys.length, ...keys, ...args];
    return this.#line.call({ command: script.name, repeatable: false, timeoutMs }, async (signal) => {
      const known = await this.#transport.one(['EVALSHA', await this.#digest(script), ...rest], signal);
      const isUnknown = 'error' in known && known.error.startsWith('NOSCRIPT');
      const reply = isUnknown ? await this.#transport.one(['EVAL', script.source, ...rest], signal) : known;
      return this.#unwrap(reply, script.name, binary ?? options.binary ?? false);
    });
  }

  groupKeys(keys: readonly string[]): string[][] {
    return keys.length === 0 ? [] : [[...keys]];
  }

  async *scan(pattern: string, count = 1_000): AsyncIterable<string[]> {
    let cursor = '0';
    do {
      const page = await this.send(['SCAN', cursor, 'MATCH', pattern, 'COUNT', count]);
      const [next, keys] = page as [string, string[]];
      if (keys.length > 0) yield keys;
      cursor = next;
    } while (cursor !== '0');
  }

  /** @throws {RedisUnsupportedError} always: ask `capabilities.push` first. */
  subscribe(): Promise<never> {
    return Promise.reject(new RedisUnsupportedError(this.name, 'deliver messages'));
  }

  async #ping(signal: AbortSignal): Promise<void> {
    const reply = await this.#transport.one(['PING'], signal);
    if (!('error' in reply)) return;
    const error = this.#errorOf(reply.error, 'PING');
    const isRefused = error instanceof RedisReplyError && AUTH_CODES.has(error.replyCode);
    throw isRefused ? new RedisAuthError(this.name, error.replyCode, 'its token (REDIS_REST_TOKEN)') : error;
  }

  #digest(script: LuaScript): Promise<string> {
    const digest = this.#digests.get(script) ?? digestOf(script);
    this.#digests.set(script, digest);
    return digest;
  }

  #unwrap(reply: RestReply, command: string, binary: boolean): RedisReply {
    if ('error' in reply) throw this.#errorOf(reply.error, command);
    return readReply(reply.result, binary);
  }

  /** An endpoint has errors of its own, which need not begin with a code. */
  #errorOf(text: string, command: string): Error {
    const message = /^[A-Z]{2,}\b/.test(text) ? text : `ERR ${text}`;
    const origin = { connection: this.name, command };
    const [replyCode = 'ERR'] = message.split(' ', 1);
    this.#events.emit('connection:refusal', { ...origin, replyCode });
    return translateReply(message, origin);
  }
}
