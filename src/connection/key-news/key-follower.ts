import type { Cluster, Redis, RedisOptions } from 'ioredis';
import type { Clock } from '../../common/clock.js';
import { fullJitter } from '../backoff.js';
import type { RedisClient } from '../connection.options.js';
import type { RedisGateway, RedisTopology } from '../redis-gateway.js';
import type { KeyNews, KeyNewsListener, NewsSource } from './key-news.js';
import { NewsConnection } from './news-connection.js';

const RECONNECT = { baseMs: 50, capMs: 1_000 };
/** Are the events after which a cluster may have other masters. */
const TOPOLOGY_EVENTS = ['ready', 'refresh', '+node', '-node'];
/** Bounds one announcement. */
const MAX_KEYS = 500;
/** Bounds what is remembered until it can be announced. */
const MAX_UNSAID = 1_000;

/** Is what a follower is made of. @internal */
export interface FollowerParts {
  /** Is the client that commands go over; it is copied and otherwise left alone. */
  readonly client: RedisClient;
  readonly topology: RedisTopology;
  readonly commandTimeoutMs: number;
  readonly clock: Clock;
  readonly gateway: Pick<RedisGateway, 'send' | 'availability'>;
  /** Asks for a sign of life on the connection that commands go over. */
  readonly probe: () => Promise<unknown>;
  readonly prefix: string;
  readonly listener: KeyNewsListener;
}

/**
 * Follows the keys of a prefix on every master, over a connection of its own to each: the news are whole only while all
 * of them stand and the connection for commands does too, for that one may come back at another server.
 *
 * @internal
 */
export class KeyFollower implements KeyNews {
  readonly #parts: FollowerParts;
  readonly #channel: string;
  readonly #connections = new Map<string, NewsConnection>();
  readonly #unlisten: () => void;
  #source: NewsSource | null = null;
  /** Is who told of changes when that was last known. */
  #lastSource: NewsSource | null = null;
  /** Are changes from before that was known. */
  #unsaid: string[] | 'all' = [];
  #closed = false;

  constructor(parts: FollowerParts) {
    this.#parts = parts;
    this.#channel = `${parts.prefix}{changes}`;
    this.#unlisten = this.#listen();
    this.#connect();
  }

  announce(keys: readonly string[]): void {
    if (this.#lastSource === null) this.#remember(keys);
    if (this.#lastSource !== 'processes') return;
    for (let at = 0; at < keys.length; at += MAX_KEYS) this.#publish(keys.slice(at, at + MAX_KEYS));
  }

  close(): void {
    this.#closed = true;
    this.#unlisten();
    for (const connection of this.#connections.values()) connection.close();
    this.#connections.clear();
  }

  #listen(): () => void {
    const { client, topology } = this.#parts;
    const onTopology = () => this.#connect();
    const onLine = () => this.#update();
    const listeners: [string, () => void][] = [
      ...(topology === 'cluster'
        ? TOPOLOGY_EVENTS.map((event): [string, () => void] => [event, onTopology])
        : []),
      ['ready', onLine],
      ['close', onLine],
      ['end', onLine],
    ];
    for (const [event, listener] of listeners) client.on(event, listener);
    return () => {
      for (const [event, listener] of listeners) client.off(event, listener);
    };
  }

  /** Makes the connections that are missing and ends those to nodes that are masters no more. */
  #connect(): void {
    const masters = this.#masters();
    for (const [name, connection] of this.#connections) {
      if (masters.has(name)) continue;
      connection.close();
      this.#connections.delete(name);
    }
    for (const [name, node] of masters) {
      if (!this.#connections.has(name)) this.#connections.set(name, this.#open(node));
    }
    this.#update();
  }

  #masters(): Map<string, Redis> {
    const { client, topology } = this.#parts;
    if (topology !== 'cluster') return new Map([['', client as Redis]]);
    const nodes = (client as Cluster).nodes('master');
    return new Map(nodes.map((node) => [`${node.options.host}:${node.options.port}`, node]));
  }

  #open(node: Redis): NewsConnection {
    const { prefix, listener, clock, commandTimeoutMs: limitMs, probe, gateway } = this.#parts;
    return new NewsConnection({
      client: copyOf(node, limitMs),
      prefix,
      channel: this.#channel,
      clock,
      limitMs,
      probe,
      onAway: () => gateway.availability.wentDown(),
      onChange: () => this.#update(),
      onKeys: (keys) => listener.onChanged(keys),
    });
  }

  #update(): void {
    const source = this.#closed ? null : this.#common();
    if (source === this.#source) return;
    // News from fewer than all, or now from others, may have left something out.
    if (this.#source !== null) this.#parts.listener.onLost();
    this.#source = source;
    if (source === null) return;
    this.#lastSource = source;
    this.#announceUnsaid();
    this.#parts.listener.onFollowing(source);
  }

  /** Keeps what may have to be announced until it is known who tells of changes; of too many it will be all. */
  #remember(keys: readonly string[]): void {
    if (this.#unsaid === 'all') return;
    this.#unsaid = this.#unsaid.length + keys.length > MAX_UNSAID ? 'all' : [...this.#unsaid, ...keys];
  }

  #announceUnsaid(): void {
    const unsaid = this.#unsaid;
    this.#unsaid = [];
    if (unsaid !== 'all') this.announce(unsaid);
    else if (this.#lastSource === 'processes') this.#publish(unsaid);
  }

  #publish(keys: readonly string[] | 'all'): void {
    // While Redis is away nobody hears it, and nobody uses what he has kept either.
    this.#parts.gateway.send(['PUBLISH', this.#channel, JSON.stringify(keys)]).catch(() => undefined);
  }

  /** Returns the least that every connection has; null when one of them does not stand. */
  #common(): NewsSource | null {
    const sources = [...this.#connections.values()].map(({ source }) => source);
    if (this.#parts.client.status !== 'ready' || sources.length === 0 || sources.includes(null)) return null;
    if (sources.includes('nobody')) return 'nobody';
    return sources.includes('processes') ? 'processes' : 'server';
  }
}

/** A subscribed connection may only be pinged in RESP2, and what it delivers is whole only if nothing is sent again. */
function copyOf(node: Redis, limitMs: number): Redis {
  const options: Partial<RedisOptions> = {
    lazyConnect: true,
    protocol: 2,
    replyMapping: 'legacy',
    autoResubscribe: false,
    autoResendUnfulfilledCommands: false,
    enableOfflineQueue: false,
    enableAutoPipelining: false,
    readOnly: false,
    commandTimeout: limitMs,
    connectTimeout: limitMs,
    maxRetriesPerRequest: 0,
    retryStrategy: (tries) => fullJitter(tries - 1, RECONNECT),
    connectionName: 'nestjs-redis-suite-key-news',
  };
  return node.duplicate<Partial<RedisOptions>>(options);
}
