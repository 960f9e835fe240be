import type { ConnectionOptions as TlsOptions } from 'node:tls';
import type { Cluster, Redis } from 'ioredis';
import type { Duration } from '../common/duration.js';
import { IsDuration, IsFlag, IsText, IsWholeNumber } from '../common/option-rules.js';
import { Nested } from '../common/option-validation.js';
import {
  IsHost,
  IsRedisClient,
  IsRedisUrl,
  IsRestUrl,
  IsSecretText,
  IsServerList,
  IsTlsChoice,
  IsToken,
} from './connection.rules.js';

/** Is a client of ioredis, for one server or for a cluster. @publicApi */
export type RedisClient = Redis | Cluster;

/**
 * Bounds how a lost connection is sought again: exponential backoff with full jitter.
 *
 * @publicApi
 */
export class ReconnectOptions {
  /** Counts the tries in a row before the connection is given up; 0 never gives up. @default 0 */
  @IsWholeNumber(0) attempts?: number;
  /** Bounds the first pause. @default '50ms' */
  @IsDuration() minDelay?: Duration;
  /** Caps every pause. @default '1s' */
  @IsDuration() maxDelay?: Duration;
}

/**
 * Holds the settings that every way to connect understands.
 *
 * @publicApi
 */
export class ConnectionSettings {
  /** Limits one try to connect. @default '2s' */
  @IsDuration() connectTimeout?: Duration;
  /** Limits one command; no call waits longer, whatever the server does. @default '1s' */
  @IsDuration() commandTimeout?: Duration;
  /** Limits the wait for the server at boot, after which the application boots degraded. @default '2s' */
  @IsDuration() bootTimeout?: Duration;
  /** Counts how often a command that lost its connection is sent again; above 0 it may take effect twice. @default 0 */
  @IsWholeNumber(0, 20) maxRetriesPerRequest?: number;
  /** Bounds the search for a lost server. */
  @Nested(() => ReconnectOptions) reconnect?: ReconnectOptions;
  /** Connects with the first command in place of at boot. @default false */
  @IsFlag() lazyConnect?: boolean;
}

/** Holds credentials and transport, the same for every server of a connection. @publicApi */
export class ServerAccess extends ConnectionSettings {
  /** Is the ACL user. @default the server's default user */
  @IsText(/\S/, 'a user name') username?: string;
  /** Is the user's password. */
  @IsSecretText() password?: string;
  /** Turns TLS on, with Node's TLS options if need be. @default false */
  @IsTlsChoice() tls?: boolean | TlsOptions;
}

/** Connects to the server named by a `redis://`, `rediss://` or `unix://` URL. @publicApi */
export class UrlConnection extends ConnectionSettings {
  /** Is `redis[s]://[username[:password]@]host[:port][/db]`, or `unix:///path/to/redis.sock`. */
  @IsRedisUrl() url!: string;
  /** Adds Node's TLS options to a `rediss://` URL. */
  @IsTlsChoice() tls?: boolean | TlsOptions;
}

/** Connects to one server by its fields. @publicApi */
export class HostConnection extends ServerAccess {
  /** Is the server's name or address. */
  @IsHost() host!: string;
  /** Is the server's port, 1 to 65535. @default 6379 */
  @IsWholeNumber(1, 65_535) port?: number;
  /** Is the database's number. @default 0 */
  @IsWholeNumber(0) db?: number;
}

/** Connects to a server of this machine by its Unix socket. @publicApi */
export class SocketConnection extends ConnectionSettings {
  /** Is the socket's file, for example `/run/redis/redis.sock`. */
  @IsText(/^[^\0]+$/, "the path of the server's socket") path!: string;
  /** Is the ACL user. @default the server's default user */
  @IsText(/\S/, 'a user name') username?: string;
  /** Is the user's password. */
  @IsSecretText() password?: string;
  /** Is the database's number. @default 0 */
  @IsWholeNumber(0) db?: number;
}

/** Is a server's address. @publicApi */
export interface ServerAddress {
  readonly host: string;
  /** @default 6379, for a sentinel 26379 */
  readonly port?: number;
}

/** Holds what there is to say where masters have replicas. @publicApi */
export class ReplicatedAccess extends ServerAccess {
  /**
   * Lets replicas answer the cache's reads of entries that processes do not keep, those with `l1: false`, as long as they
   * are no further behind than three seconds: for so long such a read may still find what another process has removed
   * or replaced. What this process has changed it reads from the master, and so are tags, locks and limits.
   *
   * @default false
   */
  @IsFlag() readFromReplicas?: boolean;
}

/** Connects to the master that Sentinels name. @publicApi */
export class SentinelConnection extends ReplicatedAccess {
  /** Lists the Sentinels. */
  @IsServerList() sentinels!: readonly ServerAddress[];
  /** Is the name under which the Sentinels know the master. */
  @IsText(/\S/, 'the name of the master group') name!: string;
  /** Is the ACL user at the Sentinels. */
  @IsText(/\S/, 'a user name') sentinelUsername?: string;
  /** Is the password at the Sentinels. */
  @IsSecretText() sentinelPassword?: string;
  /** Is the database's number. @default 0 */
  @IsWholeNumber(0) db?: number;
}

/** Lists the nodes from which a cluster is discovered. @publicApi */
export class ClusterNodes {
  @IsServerList() nodes!: readonly ServerAddress[];
}

/** Connects to a Redis Cluster. @publicApi */
export class ClusterConnection extends ReplicatedAccess {
  @Nested(() => ClusterNodes) cluster!: ClusterNodes;
}

/** Uses a client that the application owns; it is never closed by this library. @publicApi */
export class ClientConnection {
  /** Is an ioredis `Redis` or `Cluster`, without `keyPrefix` and `stringNumbers`. */
  @IsRedisClient() client!: RedisClient;
  /** Limits one command, whatever the client's own options say. @default '1s' */
  @IsDuration() commandTimeout?: Duration;
  /** Limits the wait for the client at boot. @default '2s' */
  @IsDuration() bootTimeout?: Duration;
}

/** Starts a real Valkey in WebAssembly in a child process, for development, demos and tests. @publicApi */
export class EmbeddedConnection extends ConnectionSettings {
  @IsFlag() embedded!: boolean;
  /** Allows it although NODE_ENV is `production`; its data ends with the process. @default false */
  @IsFlag() allowInProduction?: boolean;
}

/** Names a REST endpoint as Upstash has them. @publicApi */
export class RestServer {
  /** Is its `https://` URL; `http://` only on this machine. */
  @IsRestUrl() url!: string;
  /** Is what opens it; one that may write. */
  @IsToken() token!: string;
}

/** Connects over REST, for places that keep no connection open; what only TCP can give is not there. @publicApi */
export class RestConnection {
  @Nested(() => RestServer) rest!: RestServer;
  /** Limits one call, its repetitions included. @default '1s' */
  @IsDuration() commandTimeout?: Duration;
  /** Limits the wait for the endpoint at boot, after which the application boots degraded. @default '2s' */
  @IsDuration() bootTimeout?: Duration;
  /** Asks nothing of the endpoint before the first call. @default false */
  @IsFlag() lazyConnect?: boolean;
  /** Counts how often a read that was not answered is sent again; what may change something is sent once. @default 1 */
  @IsWholeNumber(0, 20) retries?: number;
}
