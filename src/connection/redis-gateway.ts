import type { Availability } from './availability.js';
import type { KeyNews, KeyNewsListener } from './key-news/key-news.js';
import type { RedisCommand, RedisReply, ScriptCall } from './lua-script.js';
import type { ServerEndpoint } from './server-endpoint.js';

/** Says how the server side is laid out. @internal */
export type RedisTopology = 'standalone' | 'sentinel' | 'cluster' | 'rest';

/** Says what a connection can do besides answering commands. @internal */
export interface GatewayCapabilities {
  /** Delivers messages: `subscribe` works. Without it, look again after a while. */
  readonly push: boolean;
  /** Waits at the server, as BLPOP and XREAD BLOCK do. Without it, such a read returns at once or is refused. */
  readonly blocking: boolean;
  /** Lets replicas answer calls with `mayBeOld`. */
  readonly replicas: boolean;
}

/** Adjusts one call. @internal */
export interface CallOptions {
  /** Answers Buffers in place of strings. @default false */
  readonly binary?: boolean;
  /** Limits this call, in milliseconds, when that is shorter than the connection's `commandTimeout`. */
  readonly timeoutMs?: number;
  /** Sends it now, so that the server begins while this process goes on, not with all else of this turn. @default false */
  readonly atOnce?: boolean;
  /** Lets a replica answer, up to `MAX_REPLICA_LAG_MS` behind its master; for single commands that only read. @default false */
  readonly mayBeOld?: boolean;
}

/** Is told of messages on a channel. @internal */
export interface ChannelListener {
  onMessage(message: string): void;
  /** Is called when the subscription stands again after a break in which messages may have been missed. */
  onResume?(): void;
}

/**
 * Is the one door through which every wing reaches Redis: the same for each topology, bounded in time, with typed
 * errors, and watched by one `Availability`.
 *
 * Every call rejects with `RedisUnavailableError` when the server cannot be reached within the time limit and with
 * `RedisReplyError` when it answers with an error; neither carries arguments.
 *
 * @internal
 */
export interface RedisGateway {
  /** Is the connection's name: `cache`, `state` or one of the application's own. */
  readonly name: string;
  readonly topology: RedisTopology;
  readonly capabilities: GatewayCapabilities;
  readonly availability: Availability;
  /** Sends one command. */
  send(command: RedisCommand, options?: CallOptions): Promise<RedisReply>;
  /** Sends several in one round trip (one per node on Cluster), not atomically; a failed one answers its error. */
  sendMany(commands: readonly RedisCommand[], options?: CallOptions): Promise<(RedisReply | Error)[]>;
  /** Sends one command to every master: one reply for each, in no fixed order; one failure fails the call. */
  sendToMasters(command: RedisCommand, options?: Pick<CallOptions, 'timeoutMs'>): Promise<RedisReply[]>;
  /** Runs a script by its digest, loading it first when the server does not have it. */
  run(call: ScriptCall, options?: CallOptions): Promise<RedisReply>;
  /** Splits keys into groups that one multi-key command may name together: by slot on Cluster, else one group. */
  groupKeys(keys: readonly string[]): string[][];
  /** Walks the keys that match on every master, in batches; a key may come twice. SCAN, O(keyspace) in all. */
  scan(pattern: string, count?: number): AsyncIterable<string[]>;
  /**
   * Listens to a channel on the one subscriber connection of this gateway, which is made when first needed.
   * Resolves once the server confirmed. @returns a function that stops listening.
   */
  subscribe(channel: string, listener: ChannelListener): Promise<() => Promise<void>>;
  /**
   * Follows every change of keys that begin with `prefix`, whoever makes it, over connections of its own: one to each
   * master. Is absent without `capabilities.push`.
   */
  follow?(prefix: string, listener: KeyNewsListener): KeyNews;
  /** Returns how to reach the one server it is on now; null when there is none. Is absent where there are no connections. */
  endpoint?(): ServerEndpoint | null;
}

/**
 * Is a gateway as its owner sees it, who opens and closes it.
 *
 * @internal
 */
export interface OpenableGateway extends RedisGateway {
  /**
   * Waits for the server, for `timeoutMs` at most.
   *
   * @throws {RedisUnavailableError} when it was not there in time; it is sought on in the background.
   */
  open(timeoutMs: number): Promise<void>;
  /** Ends everything within `timeoutMs`; calls fail from now on. */
  close(timeoutMs: number): Promise<void>;
}
