import type { SuiteEvents } from '../common/events.js';
import { toError } from '../common/errors.js';
import type { RedisClient } from './connection.options.js';
import type { ChannelListener } from './redis-gateway.js';

interface SubscriberParts {
  readonly name: string;
  readonly client: RedisClient;
  readonly events: SuiteEvents;
  readonly timeoutMs: number;
}

/**
 * Keeps the one subscriber connection of a gateway: made with the first channel, subscribed again after a break.
 *
 * @internal
 */
export class Subscriber {
  readonly #parts: SubscriberParts;
  readonly #channels = new Map<string, Set<ChannelListener>>();
  #client: RedisClient | null = null;
  #connecting: Promise<RedisClient> | null = null;
  #closed = false;

  constructor(parts: SubscriberParts) {
    this.#parts = parts;
  }

  /** Listens to a channel; resolves once the server confirmed it. */
  async subscribe(channel: string, listener: ChannelListener): Promise<() => Promise<void>> {
    const client = await this.#connected();
    const listeners = this.#channels.get(channel) ?? new Set();
    const isNew = listeners.size === 0;
    this.#channels.set(channel, listeners.add(listener));
    try {
      if (isNew) await client.subscribe(channel);
    } catch (error) {
      // A server that did not answer in time may still subscribe.
      await this.#unsubscribe(channel, listener);
      throw error;
    }
    return () => this.#unsubscribe(channel, listener);
  }

  /** Closes the connection; messages stop. */
  close(): Promise<void> {
    this.#closed = true;
    this.#channels.clear();
    if (this.#client !== null && this.#client.status !== 'end') this.#client.disconnect();
    return Promise.resolve();
  }

  #connected(): Promise<RedisClient> {
    if (this.#closed) return Promise.reject(new Error('Connection is closed.'));
    if (this.#client?.status === 'ready') return Promise.resolve(this.#client);
    this.#connecting ??= this.#connect().finally(() => (this.#connecting = null));
    return this.#connecting;
  }

  async #connect(): Promise<RedisClient> {
    const client = (this.#client ??= this.#make());
    if (client.status === 'wait') {
      await client.connect();
      return client;
    }
    await new Promise<void>((resolve, reject) => {
      const timer = setTimeout(
        () => settle(() => reject(new Error('Command timed out'))),
        this.#parts.timeoutMs,
      );
      const onReady = () => settle(resolve);
      const settle = (outcome: () => void) => {
        clearTimeout(timer);
        client.off('ready', onReady);
        outcome();
      };
      client.once('ready', onReady);
      if (client.status === 'ready') onReady();
    });
    return client;
  }

  #make(): RedisClient {
    const client = duplicate(this.#parts.client);
    client.on('message', (channel: string, message: string) => this.#deliver(channel, message));
    client.on('error', () => undefined); // The gateway's own client meets the same server and tells.
    let isFirst = true;
    client.on('ready', () => {
      if (!isFirst) void this.#resume(client);
      isFirst = false;
    });
    return client;
  }

  async #resume(client: RedisClient): Promise<void> {
    const channels = [...this.#channels.keys()];
    if (channels.length === 0) return;
    try {
      await client.subscribe(...channels);
    } catch (error) {
      // The connection broke again: the next 'ready' resumes.
      this.#parts.events.emit('suite:error', {
        where: `resubscribing on '${this.#parts.name}'`,
        error: toError(error),
      });
      return;
    }
    for (const listeners of this.#channels.values())
      for (const listener of [...listeners]) listener.onResume?.();
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

/** The subscriber takes its channels up again itself, so that it can tell its listeners when it has. */
function duplicate(client: RedisClient): RedisClient {
  const options = { lazyConnect: true, autoResubscribe: false, enableOfflineQueue: false };
  return 'nodes' in client
    ? client.duplicate([], { lazyConnect: true })
    : client.duplicate({ ...options, connectionName: 'nestjs-redis-suite-subscriber' });
}
