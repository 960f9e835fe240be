import type { Cluster, Redis } from 'ioredis';
import { AwakeTimer } from '../common/awake-timer.js';
import type { Clock } from '../common/clock.js';
import type { SuiteEvents } from '../common/events.js';
import { Availability } from './availability.js';
import { endpointOf } from './client-endpoint.js';
import { RedisUnavailableError } from './connection.errors.js';
import type { RedisClient } from './connection.options.js';
import { ConnectionLine } from './connection-line.js';
import { KeyFollower } from './key-news/key-follower.js';
import type { KeyNews, KeyNewsListener } from './key-news/key-news.js';
import type { RedisCommand, RedisReply, ScriptCall } from './lua-script.js';
import { sendOwn } from './own-command.js';
import type {
  CallOptions,
  ChannelListener,
  GatewayCapabilities,
  RedisGateway,
  RedisTopology,
} from './redis-gateway.js';
import { ReplicaReader } from './replica-reader.js';
import { isAway, replyOf, translateError } from './reply-errors.js';
import { ScriptRunner } from './script-runner.js';
import type { ServerEndpoint } from './server-endpoint.js';
import { SilenceGuard } from './silence-guard.js';
import { Subscriber } from './subscriber.js';
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
  readonly #scripts: ScriptRunner;
  readonly #timer: AwakeTimer;
  readonly #silence: SilenceGuard | null;
  readonly #timedOut = () => new RedisUnavailableError(this.name, 'timeout');
  readonly #followers = new Set<KeyFollower>();
  readonly #replicas: ReplicaReader | null;

  constructor(parts: GatewayParts) {
    const { name, client, replicaClient = null, owned, topology, commandTimeoutMs, events, clock } = parts;
    this.#parts = parts;
    this.name = name;
    this.topology = topology;
    this.client = client;
    this.capabilities = { push: true, blocking: true, replicas: replicaClient !== null };
    this.#timer = new AwakeTimer(clock);
    this.#replicas =
      replicaClient &&
      new ReplicaReader({
        ...{ name, events, clock, commandTimeoutMs },
        timer: this.#timer,
        client: replicaClient,
        masters: () => this.#masters(),
      });
    this.#writes = new WriteBatch(client);
    this.#scripts = new ScriptRunner(client);
    this.#silence = owned ? new SilenceGuard(client, clock, 2 * commandTimeoutMs) : null;
    const probe = () => this.#probe();
    const onChange = () => this.#onAvailability();
    this.availability = new Availability({ connection: name, events, clock, probe, onChange });
    this.#line = new ConnectionLine({ ...parts, timer: this.#timer, availability: this.availability });
    this.#subscriber = new Subscriber({ ...parts, timer: this.#timer, timeoutMs: commandTimeoutMs });
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
    this.#silence?.close();
    await Promise.all([this.#subscriber.close(), this.#line.close(timeoutMs)]);
  }

  send(command: RedisCommand, options: CallOptions = {}): Promise<RedisReply> {
    const replicas = options.mayBeOld === true && this.#replicas?.isFresh === true ? this.#replicas : null;
    if (replicas === null) return this.#attempt(command[0], options, () => this.#issue(command, options));
    // A replica's silence is followed by a second command, and says nothing of the master.
    return this.#attempt(command[0], options, () =>
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
    const translated = (command: RedisCommand) => (error: unknown) => this.#translate(error, command[0]);
    return this.#attempt('pipeline', options, async () =>
      answered(
        await Promise.all(
          commands.map((command) => this.#issue(command, options).catch(translated(command))),
        ),
      ),
    );
  }

  sendToMasters(command: RedisCommand, options: CallOptions = {}): Promise<RedisReply[]> {
    return this.#attempt(command[0], options, () =>
      Promise.all(this.#masters().map((node) => sendOwn(node, command))),
    );
  }

  run(call: ScriptCall, options: CallOptions = {}): Promise<RedisReply> {
    const binary = call.binary ?? options.binary ?? false;
    return this.#attempt(call.script.name, options, () => this.#scripts.run(call, binary));
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
        this.#attempt('SCAN', {}, () =>
          sendOwn(node, ['SCAN', cursor, 'MATCH', pattern, 'COUNT', count]),
        ) as Promise<[string, string[]]>;
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
      return await this.#attempt('SUBSCRIBE', {}, () => {
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

  #issue(command: RedisCommand, { binary }: CallOptions): Promise<RedisReply> {
    return sendOwn(this.client, command, binary);
  }

  #onAvailability(): void {
    this.#line.onAvailability();
    // What kept the server away may have silenced the other connection without ending it.
    if (this.availability.state !== 'down') this.#subscriber.check();
  }

  /** A cluster that lacks a part of the keyspace serves none of it, and answers PING all the same. */
  async #probe(): Promise<void> {
    const question: RedisCommand = this.topology === 'cluster' ? ['CLUSTER', 'INFO'] : ['PING'];
    const { commandTimeoutMs } = this.#parts;
    const answering = this.#issue(question, {});
    const answer = await this.#timer.bound(answering, commandTimeoutMs, this.#timedOut).catch(unlessAway);
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
    let awakeAt = this.#timer.nowMs;
    let leftMs = limitMs;
    try {
      if (!this.#line.isReady) {
        await this.#line.untilReady(limitMs);
        // The wait for a connection does not make the server a slow one.
        leftMs -= this.#timer.nowMs - awakeAt;
        awakeAt = this.#timer.nowMs;
      }
      if (options.atOnce === true) this.#writes.flush();
      else this.#writes.open();
      const reply = await this.#timer.bound(issue(), leftMs, this.#timedOut);
      this.availability.succeeded(this.#timer.nowMs - awakeAt);
      this.#tell(command, startedAt, false);
      return reply;
    } catch (error) {
      const typed = this.#translate(error, command);
      if (!isAway(error)) this.availability.succeeded(this.#timer.nowMs - awakeAt);
      else if (this.topology === 'cluster') this.availability.failed(startedAt);
      // The line tells of a lost connection, once for all the calls that it took along.
      else if (!isDisconnection(typed)) this.availability.failed();
      this.#tell(command, startedAt, true);
      throw typed;
    }
  }

  #tell(command: string, startedAt: number, failed: boolean): void {
    const { events, clock } = this.#parts;
    if (!events.has('connection:command')) return;
    const durationMs = clock.monotonic() - startedAt;
    events.emit('connection:command', { connection: this.name, command, durationMs, failed });
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
