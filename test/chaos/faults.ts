import type { ServerConnection } from '../../src/connection/client-factory.js';
import { startRedis } from '../../src/testing/start-redis.js';
import { startTcpProxy, type TcpProxy } from '../../src/testing/tcp-proxy.js';
import { ask, startCluster, startSentinel, type Topology } from '../support/native-topologies.js';
import { until } from '../support/until.js';

/** Is a server, or several, and what happens to it. */
export interface Stage {
  /** Is how each shop reaches it. */
  readonly connections: readonly ServerConnection[];
  fail(): unknown;
  /** Ends the fault; resolves when there is somebody again who could serve everything. */
  heal(): unknown;
  stop(): Promise<unknown>;
}

export type Fault = (shops: number) => Promise<Stage>;

const all = <T>(count: number, make: () => T): T[] => Array.from({ length: count }, make);

async function killed(shops: number, config: Record<string, string> = {}): Promise<Stage> {
  const server = await startRedis({ config });
  return {
    connections: all(shops, () => ({ url: server.url })),
    fail: () => server.kill(),
    heal: () => server.restart(),
    stop: () => server.stop(),
  };
}

async function frozen(shops: number): Promise<Stage> {
  const server = await startRedis();
  return {
    connections: all(shops, () => ({ url: server.url })),
    fail: () => server.freeze(),
    heal: () => server.resume(),
    stop: () => server.stop(),
  };
}

/** Cuts half of the shops off, by losing their packets or by refusing their connections; the others go on. */
async function partitioned(shops: number, cutOff: (proxy: TcpProxy) => void): Promise<Stage> {
  const server = await startRedis();
  const proxies = await Promise.all(all(shops, () => startTcpProxy({ target: server.url })));
  const cut = proxies.slice(0, shops / 2);
  return {
    connections: proxies.map(({ url }) => ({ url })),
    fail: () => {
      for (const proxy of cut) cutOff(proxy);
    },
    heal: () => {
      for (const proxy of cut) proxy.resume();
    },
    stop: async () => {
      await Promise.all(proxies.map((proxy) => proxy.stop()));
      await server.stop();
    },
  };
}

async function failedOver(shops: number): Promise<Stage> {
  const topology = await startSentinel({ replicas: 1 });
  const [master, replica] = topology.servers;
  return {
    connections: all(shops, () => topology.connection),
    fail: () => master!.kill(),
    heal: () => until(() => isMaster(replica!), 30_000),
    stop: () => topology.stop(),
  };
}

async function lostMaster(shops: number): Promise<Stage> {
  const topology = await startCluster({ replicas: true });
  const [master, , , replica] = topology.servers;
  const isWhole = (server: Server) =>
    ask(server, async (client) => /cluster_state:ok/.test((await client.call('CLUSTER', 'INFO')) as string));
  return {
    connections: all(shops, () => topology.connection),
    fail: () => master!.kill(),
    heal: () =>
      until(async () => {
        const others = topology.servers.slice(1);
        return (await isMaster(replica!)) && (await Promise.all(others.map(isWhole))).every(Boolean);
      }, 30_000),
    stop: () => topology.stop(),
  };
}

type Server = Topology['servers'][number];

const isMaster = (server: Server) =>
  ask(server, async (client) => /role:master/.test(await client.info('replication')));

/** Names the fault after which the server knows nothing any more. */
export const EMPTIED = 'killed, back empty';

export const FAULTS: Record<string, Fault> = {
  [EMPTIED]: (shops) => killed(shops),
  'killed, back with its data': (shops) => killed(shops, { appendonly: 'yes', appendfsync: 'always' }),
  frozen,
  'half of them cut off': (shops) => partitioned(shops, (proxy) => proxy.freeze()),
  'half of them refused': (shops) => partitioned(shops, (proxy) => proxy.drop({ refuseNew: true })),
  'failed over by Sentinel': failedOver,
  'a cluster master lost': lostMaster,
};
