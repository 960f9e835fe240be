import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Redis } from 'ioredis';
import type { ServerConnection } from '../../src/connection/client-factory.js';
import { findFreePort } from '../../src/testing/free-port.js';
import { findNativeBinary } from '../../src/testing/native-binary.js';
import { NativeRedis } from '../../src/testing/native-redis.js';
import { until } from './until.js';

/** Is some servers that make one thing to connect to. */
export interface Topology {
  readonly connection: ServerConnection;
  readonly servers: readonly NativeRedis[];
  stop(): Promise<void>;
}

/** Is the native server that tests may use; null when there is none, or they shall run on the embedded one. */
export const NATIVE = process.env['REDIS_SUITE_TEST_SERVER'] === 'embedded' ? null : findNativeBinary();

function start(options: Parameters<typeof NativeRedis.start>[1], binary = NATIVE): Promise<NativeRedis> {
  if (binary === null) throw new Error('There is no native server.');
  return NativeRedis.start(binary, options);
}

export interface TlsTopology extends Topology {
  /** Is the port that speaks TLS only. */
  readonly port: number;
  readonly password: string;
  /** Is the client's certificate and key, and the authority of both certificates. */
  readonly tls: { readonly ca: Buffer; readonly cert: Buffer; readonly key: Buffer };
}

/** Starts a server that speaks TLS on one of its ports and wants a certificate of its clients. */
export async function startTls(): Promise<TlsTopology> {
  const directory = await mkdtemp(join(tmpdir(), 'nestjs-redis-suite-tls-'));
  const [key, cert] = [join(directory, 'key.pem'), join(directory, 'cert.pem')];
  const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'];
  const curve = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes'];
  const files = ['-days', '1', '-keyout', key, '-out', cert];
  await promisify(execFile)('openssl', ['req', '-x509', ...curve, ...files, ...subject]);
  const port = await findFreePort();
  const config = {
    'tls-port': String(port),
    'tls-cert-file': cert,
    'tls-key-file': key,
    'tls-ca-cert-file': cert,
  };
  const server = await start({ config });
  const tls = { ca: await readFile(cert), cert: await readFile(cert), key: await readFile(key) };
  const { password } = server;
  return {
    connection: { url: `rediss://:${password}@localhost:${port}`, tls },
    servers: [server],
    port,
    password,
    tls,
    stop: async () => {
      await server.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** Starts a server that listens at a Unix socket, too. */
export async function startSocket(): Promise<Topology> {
  const directory = await mkdtemp(join(tmpdir(), 'nestjs-redis-suite-socket-'));
  const path = join(directory, 'redis.sock');
  const server = await start({ config: { unixsocket: path, unixsocketperm: '700' } });
  return {
    connection: { path, password: server.password },
    servers: [server],
    stop: async () => {
      await server.stop();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** Lets a master serve a new replica without waiting for others. */
const AT_ONCE = { 'repl-diskless-sync-delay': '0' };

/** Starts a master, with replicas if need be, and a Sentinel that watches it and replaces it after half a second. */
export async function startSentinel({ replicas = 0 } = {}): Promise<Topology> {
  const directory = await mkdtemp(join(tmpdir(), 'nestjs-redis-suite-sentinel-'));
  // Called by this name the server becomes a Sentinel.
  const binary = join(directory, 'redis-sentinel');
  await symlink(NATIVE ?? '', binary);
  const password = 'of-the-whole-group';
  const master = await start({ password, config: { masterauth: password, ...AT_ONCE } });
  const { host, port } = master;
  // An address is two words, so it is no quoted parameter: it stands in the parameter's name.
  const following = { masterauth: password, [`replicaof ${host}`]: String(port), ...AT_ONCE };
  const followers = await Promise.all(
    Array.from({ length: replicas }, () => start({ password, config: following })),
  );
  await Promise.all(followers.map((follower) => untilFollowing(follower)));
  if (replicas > 0) await untilReplicated(master, replicas);
  const config = {
    [`sentinel monitor shop ${host} ${port}`]: '1',
    'sentinel auth-pass shop': password,
    'sentinel down-after-milliseconds shop': '500',
    'sentinel failover-timeout shop': '3000',
  };
  const sentinel = await start({ config }, binary);
  const { password: sentinelPassword } = sentinel;
  if (replicas > 0) await untilSentinelKnows(sentinel, replicas);
  const sentinels = [{ host, port: sentinel.port }];
  const servers = [master, ...followers, sentinel];
  return {
    connection: { sentinels, name: 'shop', password, sentinelPassword },
    servers,
    stop: async () => {
      await Promise.all(servers.map((server) => server.stop()));
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** Asks one server something, on a connection of its own. */
export async function ask<T>({ url }: { url: string }, question: (client: Redis) => Promise<T>): Promise<T> {
  const client = new Redis(url);
  try {
    return await question(client);
  } finally {
    client.disconnect();
  }
}

function untilFollowing(follower: NativeRedis): Promise<void> {
  return ask(follower, (client) =>
    until(async () => /master_link_status:up/.test(await client.info('replication')), 15_000),
  );
}

/** The link of a replica is up before the master takes its word for what it has. */
function untilReplicated(master: NativeRedis, replicas: number): Promise<void> {
  return ask(master, (client) =>
    until(async () => {
      await client.set('replicated', 1, 'PX', 1);
      return (await client.wait(replicas, 1_000)) === replicas;
    }, 15_000),
  );
}

function untilSentinelKnows(sentinel: NativeRedis, replicas: number): Promise<void> {
  return ask(sentinel, (client) =>
    until(async () => ((await client.call('SENTINEL', 'REPLICAS', 'shop')) as unknown[]).length === replicas),
  );
}

const SLOTS = 16_384;
const MASTERS = 3;

/** Starts a cluster of three masters, each with a replica if need be, that replaces a lost master after a second. */
export async function startCluster({ replicas = false } = {}): Promise<Topology> {
  const password = 'of-the-whole-cluster';
  const count = replicas ? 2 * MASTERS : MASTERS;
  const busPorts = await Promise.all(Array.from({ length: count }, () => findFreePort()));
  const servers = await Promise.all(
    busPorts.map((busPort) =>
      start({
        password,
        config: {
          masterauth: password,
          ...AT_ONCE,
          'cluster-enabled': 'yes',
          'cluster-port': String(busPort),
          'cluster-node-timeout': '1000',
        },
      }),
    ),
  );
  const clients = servers.map(({ url }) => new Redis(url));
  const masters = clients.slice(0, MASTERS);
  await Promise.all(
    masters.map(async (client, i) => {
      const [from, to] = [i, i + 1].map((n) => Math.floor((n * SLOTS) / MASTERS));
      await client.call('CLUSTER', 'SET-CONFIG-EPOCH', i + 1);
      await client.call('CLUSTER', 'ADDSLOTSRANGE', from!, to! - 1);
    }),
  );
  const [first, ...others] = servers;
  for (const [i, { host, port }] of others.entries())
    await clients[0]!.call('CLUSTER', 'MEET', host, port, busPorts[i + 1]!);
  await untilAgreed(clients, count);
  if (replicas) await follow(masters, clients.slice(MASTERS));
  for (const client of clients) client.disconnect();
  const { host, port } = first!;
  return {
    connection: { cluster: { nodes: [{ host, port }] }, password },
    servers,
    stop: async () => {
      await Promise.all(servers.map((server) => server.stop()));
    },
  };
}

async function untilAgreed(clients: readonly Redis[], count: number): Promise<void> {
  const agrees = async (client: Redis) => {
    const info = (await client.call('CLUSTER', 'INFO')) as string;
    const isWhole = new RegExp(`cluster_known_nodes:${count}\r\ncluster_size:${MASTERS}`).test(info);
    return isWhole && /cluster_state:ok/.test(info);
  };
  await until(async () => (await Promise.all(clients.map(agrees))).every(Boolean), 15_000);
}

async function follow(masters: readonly Redis[], followers: readonly Redis[]): Promise<void> {
  await Promise.all(
    followers.map(async (follower, i) => {
      await follower.call('CLUSTER', 'REPLICATE', (await masters[i]!.call('CLUSTER', 'MYID')) as string);
      await until(async () => /master_link_status:up/.test(await follower.info('replication')), 15_000);
    }),
  );
  const knowsAll = async (client: Redis) =>
    ((await client.call('CLUSTER', 'NODES')) as string).split('slave').length - 1 === followers.length;
  await until(async () => (await Promise.all(masters.map(knowsAll))).every(Boolean), 15_000);
}
