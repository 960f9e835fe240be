import { Redis, type RedisOptions } from 'ioredis';
import type { AwakeTimer } from '../common/awake-timer.js';
import type { Cancel, Clock } from '../common/clock.js';
import { toError } from '../common/errors.js';
import type { SuiteEvents } from '../common/events.js';
import { fullJitter } from './backoff.js';
import type { RedisClient } from './connection.options.js';
import { endClient } from './end-client.js';
import type { RedisCommand, RedisReply } from './lua-script.js';
import { sendOwn } from './own-command.js';
import type { ChannelListener } from './redis-gateway.js';
import { describeConnectError } from './reply-errors.js';

interface SubscriberParts {
  readonly name: string;
  readonly client: RedisClient;
  readonly events: SuiteEvents;
  readonly clock: Clock;
  /** Limits what is asked over the connection. */
  readonly timer: AwakeTimer;
  readonly timeoutMs: number;
}

const REOPEN = { baseMs: 50, capMs: 1_000 };

/** Is how often an idle connection is asked for a sign of life: nothing else would tell that it hears no more. */
const WATCH_MS = 10_000;

/**
 * Keeps the one subscriber connection of a gateway: made with the first channel, watched, and made anew when it breaks
 * or falls silent. On Cluster it goes to any one node, which hears the messages of all.
 *
 * @internal
 */
export class Subscriber {
  readonly #parts: SubscriberParts;
  readonly #channels = new Map<string, Set<ChannelListener>>();
  #client: Redis | null = null;
  #opening: Promise<Redis> | null = null;
  #tries = 0;
  #cancelWatch: Cancel = () => {};
  #cancelReopen: Cancel = () => {};
  #closed = false;

  constructor(parts: SubscriberParts) {
    this.#parts = parts;
  }

  /** Listens to a channel; resolves once the server confirmed it. */
  async subscribe(channel: string, listener: ChannelListener): Promise<() => Promise<void>> {
    const client = await this.#connected();
    this.#channels.set(channel, (this.#channels.get(channel) ?? new Set()).add(listener));
    try {
      await this.#ask(client, ['subscribe', channel]);
    } catch (error) {
      // A server that did not answer in time may still subscribe.
      await this.#unsubscribe(channel, listener);
      throw error;
    }
    return () => this.#unsubscribe(channel, listener);
  }

  /** Asks for a sign of life now, for whoever has reason to doubt the connection; without one it is made anew. */
  check(): void {
    if (this.#client?.status === 'ready') void this.#ping(this.#client);
  }

  /** Closes the connection; messages stop. */
  close(): Promise<void> {
    this.#closed = true;
    this.#channels.clear();
    this.#cancelWatch();
    this.#cancelReopen();
    if (this.#client !== null) endClient(this.#client);
    return Promise.resolve();
  }

  #connected(): Promise<Redis> {
    if (this.#closed) return Promise.reject(new Error('Connection is closed.'));
    if (this.#client?.status === 'ready') return Promise.resolve(this.#client);
    this.#opening ??= this.#open().finally(() => (this.#opening = null));
    return this.#opening;
  }

  async #open(): Promise<Redis> {
    const client = new Redis({ ...this.#address(), ...this.#options() });
    client.on('message', (channel: string, message: string) => this.#deliver(channel, message));
    client.on('error', () => undefined); // The gateway's own client meets the same server and tells.
    client.once('end', () => this.#onEnd(client));
    try {
      await client.connect();
    } catch (error) {
      endClient(client);
      throw error;
    }
    if (this.#closed) {
      endClient(client);
      throw new Error('Connection is closed.');
    }
    this.#client = client;
    this.#watch(client);
    return client;
  }

  #address(): RedisOptions {
    const { client } = this.#parts;
    if (!('nodes' in client)) return client.options;
    const nodes = client.nodes('all');
    const node = nodes[Math.floor(Math.random() * nodes.length)];
    if (node === undefined) throw new Error('No node of the cluster is known.');
    return { ...node.options, readOnly: false };
  }

  /** A connection that breaks stays broken: the next one takes the channels up and tells its listeners. */
  #options(): RedisOptions {
    const { timeoutMs } = this.#parts;
    return {
      connectionName: 'nestjs-redis-suite-subscriber',
      lazyConnect: true,
      autoResubscribe: false,
      enableOfflineQueue: false,
      commandTimeout: timeoutMs,
      retryStrategy: () => null,
      sentinelRetryStrategy: () => null,
    };
  }

  #onEnd(client: Redis): void {
    if (this.#client !== client) return;
    this.#client = null;
    this.#cancelWatch();
    if (this.#channels.size > 0) this.#reopenLater();
  }

  #reopenLater(): void {
    if (this.#closed) return;
    this.#cancelReopen();
    const delayMs = fullJitter(this.#tries++, REOPEN);
    this.#cancelReopen = this.#parts.clock.after(delayMs, () => void this.#reopen());
  }

  async #reopen(): Promise<void> {
    const channels = [...this.#channels.keys()];
    if (channels.length === 0) return;
    try {
      const client = await this.#connected();
      await this.#ask(client, ['subscribe', ...channels]);
    } catch (error) {
      const { name, events } = this.#parts;
      if (!this.#closed) {
        const message = `its subscriber could not connect (${describeConnectError(toError(error))})`;
        events.emit('connection:error', { connection: name, message });
      }
      this.#reopenLater();
      return;
    }
    this.#tries = 0;
    for (const listeners of this.#channels.values())
      for (const listener of [...listeners]) listener.onResume?.();
  }

  #watch(client: Redis): void {
    this.#cancelWatch = this.#parts.clock.after(WATCH_MS, () => {
      void this.#ping(client).then(() => {
        if (this.#client === client) this.#watch(client);
      });
    });
  }

  /** A connection that does not answer ends here, and `#onEnd` goes on. */
  #ping(client: Redis): Promise<unknown> {
    return this.#ask(client, ['ping']).catch(() => endClient(client));
  }

  /** A process that stood still finds the answer late through no fault of the server. */
  #ask(client: Redis, command: RedisCommand): Promise<RedisReply> {
    const { timer, timeoutMs } = this.#parts;
    return timer.bound(sendOwn(client, command), timeoutMs, () => new Error('Command timed out'));
  }

  #deliver(channel: string, message: string): void {
    for (const listener of [...(this.#channels.get(channel) ?? [])]) {
      try {
        listener.onMessage(message);
      } catch (error) {
        this.#parts.events.emit('suite:error', {
          where: `a message on '${this.#parts.name}'`,
          error: toError(error),
        });
      }
    }
  }

  async #unsubscribe(channel: string, listener: ChannelListener): Promise<void> {
    const isLast = this.#forget(channel, listener);
    if (!isLast || this.#client?.status !== 'ready') return;
    // A connection that breaks here has ended the subscription by itself.
    await this.#client.unsubscribe(channel).catch(() => undefined);
  }

  #forget(channel: string, listener: ChannelListener): boolean {
    const listeners = this.#channels.get(channel);
    const had = listeners?.delete(listener) ?? false;
    if (listeners?.size === 0) this.#channels.delete(channel);
    return had && !this.#channels.has(channel);
  }
}
