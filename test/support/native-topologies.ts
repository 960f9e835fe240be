import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, symlink } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Redis } from 'ioredis';
import type { RedisConnection } from '../../src/connection/connection-form.js';
import { findFreePort } from '../../src/testing/free-port.js';
import { findNativeBinary } from '../../src/testing/native-binary.js';
import { NativeRedis } from '../../src/testing/native-redis.js';
import { until } from './until.js';

/** Is some servers that make one thing to connect to. */
export interface Topology {
  readonly connection: RedisConnection;
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

/** Starts a master and a Sentinel that watches it. */
export async function startSentinel(): Promise<Topology> {
  const directory = await mkdtemp(join(tmpdir(), 'nestjs-redis-suite-sentinel-'));
  // Called by this name the server becomes a Sentinel.
  const binary = join(directory, 'redis-sentinel');
  await symlink(NATIVE ?? '', binary);
  const master = await start({});
  const { host, port, password } = master;
  const config = { [`sentinel monitor shop ${host} ${port}`]: '1', 'sentinel auth-pass shop': password };
  const sentinel = await start({ config }, binary);
  const { password: sentinelPassword } = sentinel;
  const sentinels = [{ host, port: sentinel.port }];
  return {
    connection: { sentinels, name: 'shop', password, sentinelPassword },
    servers: [master, sentinel],
    stop: async () => {
      await Promise.all([master.stop(), sentinel.stop()]);
      await rm(directory, { recursive: true, force: true });
    },
  };
}

const SLOTS = 16_384;

/** Starts a cluster of three masters without replicas. */
export async function startCluster(): Promise<Topology> {
  const password = 'of-the-whole-cluster';
  const busPorts = await Promise.all([1, 2, 3].map(() => findFreePort()));
  const servers = await Promise.all(
    busPorts.map((busPort) =>
      start({ password, config: { 'cluster-enabled': 'yes', 'cluster-port': String(busPort) } }),
    ),
  );
  const clients = servers.map(({ url }) => new Redis(url));
  await Promise.all(
    clients.map(async (client, i) => {
      const [from, to] = [i, i + 1].map((n) => Math.floor((n * SLOTS) / 3));
      await client.call('CLUSTER', 'SET-CONFIG-EPOCH', i + 1);
      await client.call('CLUSTER', 'ADDSLOTSRANGE', from!, to! - 1);
    }),
  );
  const [first, ...others] = servers;
  for (const [i, { host, port }] of others.entries())
    await clients[0]!.call('CLUSTER', 'MEET', host, port, busPorts[i + 1]!);
  const agrees = async (client: Redis) => {
    const info = (await client.call('CLUSTER', 'INFO')) as string;
    return /cluster_state:ok/.test(info) && /cluster_known_nodes:3/.test(info) && /cluster_size:3/.test(info);
  };
  await until(async () => (await Promise.all(clients.map(agrees))).every(Boolean), 15_000);
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
