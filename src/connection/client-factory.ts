import type { ConnectionOptions as TlsOptions } from 'node:tls';
import { Cluster, Redis, type ClusterOptions, type RedisOptions } from 'ioredis';
import { fullJitter } from './backoff.js';
import type { ResolvedConnectionSettings } from './connection-settings.js';
import type {
  ClusterConnection,
  HostConnection,
  RedisClient,
  SentinelConnection,
  ServerAccess,
  SocketConnection,
  UrlConnection,
} from './connection.options.js';
import { parseRedisUrl } from './redis-url.js';

/** Is the shortest time between two new connections because of what a server answered. */
const RECONNECT_PAUSE_MS = 500;

/** Keeps idle connections alive in the tables of firewalls and load balancers, in milliseconds. */
const KEEP_ALIVE_MS = 30_000;

/** A cluster tells of new replicas only who asks. */
const REPLICAS: ClusterOptions = { scaleReads: 'slave', slotsRefreshInterval: 5_000 };

/** Are the forms for which a client is made here: the others bring one, or a server of their own. @internal */
export type ServerConnection =
  UrlConnection | HostConnection | SocketConnection | SentinelConnection | ClusterConnection;

/**
 * Makes the ioredis client for a connection, not yet connected, with every time limit set and without an offline
 * queue: a call either goes out now or fails now.
 *
 * @internal
 */
export function createClient(
  connection: ServerConnection,
  settings: ResolvedConnectionSettings,
): RedisClient {
  if ('cluster' in connection) return createCluster(connection, settings);
  const common = commonOptions(settings);
  if ('sentinels' in connection) return new Redis({ ...common, ...sentinelOptions(connection) });
  if ('path' in connection) return new Redis({ ...common, ...fieldsOfSocket(connection) });
  const fields = 'url' in connection ? fieldsOfUrl(connection) : fieldsOfHost(connection);
  return new Redis({ ...common, ...fields });
}

/**
 * Makes a client, not yet connected, that reaches replicas in place of masters.
 *
 * @returns null when the connection does not say that they may be read.
 * @internal
 */
export function createReplicaClient(
  connection: ServerConnection,
  settings: ResolvedConnectionSettings,
): RedisClient | null {
  if (!('readFromReplicas' in connection) || connection.readFromReplicas !== true) return null;
  // The master must have time to answer in place of a replica that does not.
  const hasty = { ...settings, commandTimeoutMs: Math.ceil(settings.commandTimeoutMs / 2) };
  return 'cluster' in connection
    ? createCluster(connection, hasty, REPLICAS)
    : new Redis({ ...commonOptions(hasty), ...sentinelOptions(connection), role: 'slave' });
}

function commonOptions(settings: ResolvedConnectionSettings): RedisOptions {
  return {
    lazyConnect: true,
    connectTimeout: settings.connectTimeoutMs,
    commandTimeout: settings.commandTimeoutMs,
    keepAlive: KEEP_ALIVE_MS,
    disconnectTimeout: 200,
    enableOfflineQueue: false,
    maxRetriesPerRequest: settings.maxRetriesPerRequest,
    retryStrategy: retryStrategy(settings),
    reconnectOnError: reconnectOnRefusal(),
  };
}

/**
 * A replica refuses every write, and a new connection may find the master that followed it; a server that has
 * forgotten who we are is told anew. But while that does not help, a connection for each call would take down what
 * still works.
 */
function reconnectOnRefusal(): (error: Error) => boolean {
  let notBeforeMs = 0;
  return ({ message }) => {
    if (!/^(?:READONLY|NOAUTH)/.test(message) || performance.now() < notBeforeMs) return false;
    notBeforeMs = performance.now() + RECONNECT_PAUSE_MS;
    return true;
  };
}

/** ioredis counts tries from 1, and gives up when it is answered null. */
function retryStrategy(settings: ResolvedConnectionSettings): (tries: number) => number | null {
  const bounds = { baseMs: settings.reconnectMinDelayMs, capMs: settings.reconnectMaxDelayMs };
  return (tries) =>
    settings.reconnectAttempts > 0 && tries > settings.reconnectAttempts
      ? null
      : fullJitter(tries - 1, bounds);
}

function fieldsOfUrl({ url, tls }: UrlConnection): RedisOptions {
  const parts = parseRedisUrl(url);
  const { tls: isTls, ...fields } = parts;
  return { ...fields, ...tlsOptions(tls ?? isTls, parts.host ?? '') };
}

function fieldsOfSocket(connection: SocketConnection): RedisOptions {
  const { path, db = 0 } = connection;
  return { path, db, ...credentials(connection) };
}

function fieldsOfHost(connection: HostConnection): RedisOptions {
  const { host, port = 6379, db = 0 } = connection;
  return { host, port, db, ...credentials(connection), ...tlsOptions(connection.tls, host) };
}

function sentinelOptions(connection: SentinelConnection): RedisOptions {
  const { sentinels, name, sentinelUsername, sentinelPassword, db = 0, tls } = connection;
  return {
    sentinels: sentinels.map(({ host, port = 26_379 }) => ({ host, port })),
    name,
    db,
    ...(sentinelUsername !== undefined && { sentinelUsername }),
    ...(sentinelPassword !== undefined && { sentinelPassword }),
    ...credentials(connection),
    ...tlsOptions(tls, ''),
    ...(tls && { enableTLSForSentinelMode: true, sentinelTLS: tls === true ? {} : tls }),
  };
}

function createCluster(
  connection: ClusterConnection,
  settings: ResolvedConnectionSettings,
  own: ClusterOptions = {},
): Cluster {
  const {
    retryStrategy: clusterRetryStrategy,
    enableOfflineQueue = false,
    ...node
  } = commonOptions(settings);
  const options: ClusterOptions = {
    ...own,
    lazyConnect: true,
    enableOfflineQueue,
    clusterRetryStrategy,
    slotsRefreshTimeout: settings.commandTimeoutMs,
    redisOptions: { ...node, ...credentials(connection), ...tlsOptions(connection.tls, '') },
  };
  const cluster = new Cluster(
    connection.cluster.nodes.map(({ host, port = 6379 }) => ({ host, port })),
    options,
  );
  cluster.on('+node', hearAsking);
  return cluster;
}

/** ioredis sends ASKING without hearing how it ends: at a node that does not answer it would end the process. */
function hearAsking(node: Redis): void {
  const ask = node.asking.bind(node);
  node.asking = () => {
    const asking = ask();
    asking.catch(() => undefined);
    return asking;
  };
}

function credentials({ username, password }: ServerAccess): RedisOptions {
  return { ...(username !== undefined && { username }), ...(password !== undefined && { password }) };
}

/** The server name is set for names only: SNI admits no addresses. */
function tlsOptions(tls: boolean | TlsOptions | undefined, host: string): RedisOptions {
  if (tls === undefined || tls === false) return {};
  const isName = /[a-z]/i.test(host) && !host.includes(':');
  return { tls: { ...(isName && { servername: host }), ...(tls === true ? {} : tls) } };
}
