import type { Cluster, Redis } from 'ioredis';
import type { Clock } from '../common/clock.js';
import type { SuiteEvents } from '../common/events.js';
import { Availability } from './availability.js';
import { endpointOf } from './client-endpoint.js';
import { RedisUnavailableError } from './connection.errors.js';
import type { RedisClient } from './connection.options.js';
import { ConnectionLine } from './connection-line.js';
import { DefinedScripts } from './defined-scripts.js';
import { KeyFollower } from './key-news/key-follower.js';
import type { KeyNews, KeyNewsListener } from './key-news/key-news.js';
import type { RedisCommand, RedisReply, ScriptCall } from './lua-script.js';
import type {
  CallOptions,
  ChannelListener,
  GatewayCapabilities,
  RedisGateway,
  RedisTopology,
} from './redis-gateway.js';
import { ReplicaReader } from './replica-reader.js';
import { isAway, replyOf, translateError } from './reply-errors.js';
import type { ServerEndpoint } from './server-endpoint.js';
import { Subscriber } from './subscriber.js';
import { within } from './time-limit.js';
import { WriteBatch } from './write-batch.js';

/** Is what a gateway is made of. @internal */
export interface GatewayParts {
  readonly name: string;
  readonly client: RedisClient;
  /** Reaches replicas, for calls that they may answer. */
  readonly replicaClient?: RedisClient | null;
  /** Is false for a client that the application owns: it is never closed here. */
  readonly owned: boolean;
  readonly topology: RedisTopology;
  readonly commandTimeoutMs: number;
  readonly events: SuiteEvents;
  readonly clock: Clock;
}

/**
 * Reaches standalone servers, Sentinel groups and clusters through one ioredis client.
 *
 * @internal
 */
export class IoredisGateway implements RedisGateway {
  readonly name: string;
  readonly topology: RedisTopology;
  readonly capabilities: GatewayCapabilities;
  readonly client: RedisClient;
  readonly availability: Availability;
  readonly #parts: GatewayParts;
  readonly #line: ConnectionLine;
  readonly #writes: WriteBatch;
  readonly #subscriber: Subscriber;
  /** Says whether the client limits each command: our own do, except a cluster's, which sends it again and again. */
  readonly #limitsCommands: boolean;
  readonly #scripts: DefinedScripts;
  readonly #followers = new Set<KeyFollower>();
  readonly #replicas: ReplicaReader | null;

  constructor(parts: GatewayParts) {
    const { name, client, replicaClient = null, owned, topology, commandTimeoutMs, events, clock } = parts;
    this.#parts = parts;
    this.name = name;
    this.topology = topology;
    this.client = client;
    this.capabilities = { push: true, blocking: true, replicas: replicaClient !== null };
    this.#replicas =
      replicaClient &&
      new ReplicaReader({
        ...{ name, events, clock },
        client: replicaClient,
        masters: () => this.#masters(),
      });
    this.#writes = new WriteBatch(client);
    this.#scripts = new DefinedScripts(client);
    this.#limitsCommands = owned && topology !== 'cluster';
    const probe = () => this.#probe();
    const onChange = () => this.#onAvailability();
    this.availability = new Availability({ connection: name, events, clock, probe, onChange });
    this.#line = new ConnectionLine({ ...parts, availability: this.availability });
    this.#subscriber = new Subscriber({ name, client, events, clock, timeoutMs: commandTimeoutMs });
  }

  /**
   * Connects and waits for the server, for `timeoutMs` at most.
   *
   * @throws {RedisAuthError} when the credentials are refused.
   * @throws {RedisTlsRequiredError} when the server speaks only TLS.
   * @throws {RedisUnavailableError} when the server was not there in time; it is sought on in the background.
   */
  open(timeoutMs: number): Promise<void> {
    return this.#line.untilReady(timeoutMs, { patient: true });
  }

  /** Ends the connections that were made here, within `timeoutMs`; calls fail from now on. */
  async close(timeoutMs: number): Promise<void> {
    for (const follower of this.#followers) follower.close();
    this.#replicas?.close();
    await Promise.all([this.#subscriber.close(), this.#line.close(timeoutMs)]);
  }

  send(command: RedisCommand, options: CallOptions = {}): Promise<RedisReply> {
    const replicas = options.mayBeOld === true && this.#replicas?.isFresh === true ? this.#replicas : null;
    if (replicas === null) return this.#attempt(command[0], options, () => this.#issue(command, options));
    // A replica's silence is followed by a second command, and says nothing of the master.
    const bounds = { timeoutMs: this.#parts.commandTimeoutMs, ...options };
    return this.#attempt(command[0], bounds, () =>
      replicas.send(command, options.binary === true).catch(() => this.#issue(command, options)),
    );
  }

  async sendMany(
    commands: readonly RedisCommand[],
    options: CallOptions = {},
  ): Promise<(RedisReply | Error)[]> {
    if (this.topology === 'cluster')
      return answered(
        await Promise.all(commands.map((command) => this.send(command, options).catch(asReply))),
      );
    return this.#attempt('pipeline', options, async () => {
      const pipeline = (this.client as Redis).pipeline();
      for (const [command, ...args] of commands) {
        if (options.binary === true) pipeline.callBuffer(command, ...args);
        else pipeline.call(command, ...args);
      }
      const replies = (await pipeline.exec()) ?? [];
      return answered(
        replies.map(([error, reply], i) =>
          error === null ? (reply as RedisReply) : this.#translate(error, commands[i]?.[0] ?? 'pipeline'),
        ),
      );
    });
  }

  sendToMasters([command, ...args]: RedisCommand, options: CallOptions = {}): Promise<RedisReply[]> {
    return this.#attempt(command, options, () =>
      Promise.all(this.#masters().map((node) => node.call(command, ...args) as Promise<RedisReply>)),
    );
  }

  run(call: ScriptCall, options: CallOptions = {}): Promise<RedisReply> {
    const { name } = call.script;
    // A server that does not have the script takes two commands, each with the client's limit.
    const bounds = this.#scripts.hasRun(call.script)
      ? options
      : { timeoutMs: this.#parts.commandTimeoutMs, ...options };
    return this.#attempt(name, bounds, () => this.#scripts.run(call, call.binary ?? options.binary ?? false));
  }

  groupKeys(keys: readonly string[]): string[][] {
    if (keys.length === 0) return [];
    return this.topology === 'cluster' ? keys.map((key) => [key]) : [[...keys]];
  }

  async *scan(pattern: string, count = 1_000): AsyncIterable<string[]> {
    // A cluster that is not connected knows no masters.
    if (!this.#line.isReady) await this.#line.untilReady(this.#parts.commandTimeoutMs);
    for (const node of this.#masters()) {
      const pageAt = (cursor: string) =>
        this.#attempt('SCAN', {}, () => node.scan(cursor, 'MATCH', pattern, 'COUNT', count));
      for (let page: ReturnType<typeof pageAt> | null = pageAt('0'); page !== null;) {
        const [next, keys]: [string, string[]] = await page;
        // The server seeks on while the caller is busy with what it found.
        page = next === '0' ? null : pageAt(next);
        page?.catch(() => undefined);
        if (keys.length > 0) yield keys;
      }
    }
  }

  async subscribe(channel: string, listener: ChannelListener): Promise<() => Promise<void>> {
    let subscribing: Promise<() => Promise<void>> | undefined;
    try {
      // The subscriber has a connection of its own to make, which no limit of one command covers.
      const options = { timeoutMs: this.#parts.commandTimeoutMs };
      return await this.#attempt('SUBSCRIBE', options, () => {
        subscribing = this.#subscriber.subscribe(channel, listener);
        return subscribing;
      });
    } catch (error) {
      // Nobody will stop what comes to stand only after the limit.
      subscribing?.then((stop) => stop()).catch(() => undefined);
      throw error;
    }
  }

  follow(prefix: string, listener: KeyNewsListener): KeyNews {
    const probe = () => this.#probe();
    const follower = new KeyFollower({ ...this.#parts, gateway: this, probe, prefix, listener });
    this.#followers.add(follower);
    return follower;
  }

  endpoint(): ServerEndpoint | null {
    return endpointOf(this.client);
  }

  #issue([command, ...args]: RedisCommand, { binary = false }: CallOptions): Promise<RedisReply> {
    const { client } = this;
    const reply = binary ? client.callBuffer(command, ...args) : client.call(command, ...args);
    return reply as Promise<RedisReply>;
  }

  #onAvailability(): void {
    this.#line.onAvailability();
    // What kept the server away may have silenced the other connection without ending it.
    if (this.availability.state !== 'down') this.#subscriber.check();
  }

  /** A cluster that lacks a part of the keyspace serves none of it, and answers PING all the same. */
  async #probe(): Promise<void> {
    const { clock, commandTimeoutMs } = this.#parts;
    const { client } = this;
    const question = 'nodes' in client ? client.cluster('INFO') : client.ping();
    const answer = await within(clock, commandTimeoutMs, question).catch(unlessAway);
    if (String(answer).includes('cluster_state:fail'))
      throw new RedisUnavailableError(this.name, 'failing-over');
  }

  #masters(): Redis[] {
    return this.topology === 'cluster' ? (this.client as Cluster).nodes('master') : [this.client as Redis];
  }

  async #attempt<T>(command: string, options: CallOptions, issue: () => Promise<T>): Promise<T> {
    const { clock, commandTimeoutMs } = this.#parts;
    const limitMs = Math.min(options.timeoutMs ?? commandTimeoutMs, commandTimeoutMs);
    const startedAt = clock.monotonic();
    const { isReady } = this.#line;
    let issuedAt = startedAt;
    try {
      if (!isReady) {
        await this.#line.untilReady(limitMs);
        // The wait for a connection does not make the server a slow one.
        issuedAt = clock.monotonic();
      }
      if (options.atOnce === true) this.#writes.flush();
      else this.#writes.open();
      const isLimited = this.#limitsCommands && isReady && options.timeoutMs === undefined;
      const leftMs = limitMs - (issuedAt - startedAt);
      const reply = await (isLimited ? issue() : within(clock, leftMs, issue()));
      const endedAt = clock.monotonic();
      this.availability.succeeded(endedAt - issuedAt);
      this.#tell(command, endedAt - startedAt, false);
      return reply;
    } catch (error) {
      const endedAt = clock.monotonic();
      const typed = this.#translate(error, command);
      if (!isAway(error)) this.availability.succeeded(endedAt - issuedAt);
      else if (this.topology === 'cluster') this.availability.failed(startedAt);
      // The line tells of a lost connection, once for all the calls that it took along.
      else if (!isDisconnection(typed)) this.availability.failed();
      this.#tell(command, endedAt - startedAt, true);
      throw typed;
    }
  }

  #tell(command: string, durationMs: number, failed: boolean): void {
    const { events } = this.#parts;
    if (events.has('connection:command')) {
      events.emit('connection:command', { connection: this.name, command, durationMs, failed });
    }
  }

  #translate(error: unknown, command: string): Error {
    const reply = replyOf(error);
    const origin = { connection: this.name, command };
    if (reply !== null) this.#parts.events.emit('connection:refusal', { ...origin, replyCode: reply.code });
    return translateError(error, origin);
  }
}

/** Takes an error for a sign of life when the server serves other commands all the same. */
function unlessAway(error: unknown): void {
  if (isAway(error)) throw error;
}

function isDisconnection(error: Error): boolean {
  return error instanceof RedisUnavailableError && error.reason === 'disconnected';
}

function asReply(error: unknown): Error {
  return error as Error;
}

/** Returns replies of which the server gave at least one; throws when it gave none. */
function answered(replies: (RedisReply | Error)[]): (RedisReply | Error)[] {
  const [first] = replies;
  if (
    first instanceof RedisUnavailableError &&
    replies.every((reply) => reply instanceof RedisUnavailableError)
  )
    throw first;
  return replies;
}
