import { randomUUID } from 'node:crypto';
import { afterEach, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { SYSTEM_CLOCK } from '../../../src/common/clock.js';
import type { IoredisGateway } from '../../../src/connection/ioredis-gateway.js';
import type { LuaScript } from '../../../src/connection/lua-script.js';
import { checkConnection } from '../../../src/health/connection-check.js';
import { ask, startCluster, startSentinel, type Topology } from '../../support/native-topologies.js';
import { openRegistry, type OpenRegistry } from '../../support/registry.js';
import { SteadyLoad } from '../../support/steady-load.js';
import { until } from '../../support/until.js';

const ADD: LuaScript = {
  name: 'add-1',
  source: "return redis.call('INCRBY', KEYS[1], ARGV[1])",
};

const LIMIT_MS = 300;
/** What a busy machine may add to a limit. */
const SLACK_MS = 1_500;

describe('Under load', () => {
  const ns = randomUUID();
  let servers: Topology;
  let opened: OpenRegistry;
  let load: SteadyLoad | undefined;

  afterEach(async () => {
    await load?.stop();
    await opened?.registry.close();
    await servers?.stop();
  });

  async function open(topology: Topology): Promise<IoredisGateway> {
    servers = topology;
    const defaults = { commandTimeout: LIMIT_MS, connectTimeout: LIMIT_MS };
    opened = await openRegistry(topology.connection, {
      failFast: true,
      defaults: { bootTimeout: '5s', ...defaults },
    });
    return opened.gateway();
  }

  const add = (gateway: IoredisGateway, key: string | number) =>
    gateway.run({ script: ADD, keys: [`${ns}:${key}`], args: [1] });

  /** Adds to counters all over the keyspace. */
  const counting = (gateway: IoredisGateway) => new SteadyLoad((turn) => add(gateway, turn % 100));

  /** Ends the load: nothing but typed errors within the limit, and at the end every slot works. */
  async function endsWell(gateway: IoredisGateway): Promise<void> {
    const works = (i: number) => add(gateway, i).then(() => true, () => false); // prettier-ignore
    await until(async () =>
      (await Promise.all(Array.from({ length: 60 }, (_, i) => works(i)))).every(Boolean),
    );
    const tally = await load!.stop();
    expect(tally.strange).toEqual([]);
    expect(tally.longestMs).toBeLessThan(LIMIT_MS + SLACK_MS);
    expect(tally.done).toBeGreaterThan(0);
    expect(gateway.availability.state).not.toBe('down');
  }

  const isMaster = (server: { url: string }) =>
    ask(server, async (client) => /role:master/.test(await client.info('replication')));

  describe('a Sentinel group', () => {
    it.each<[string, (master: Topology['servers'][number]) => Promise<void>]>([
      ['dies', (master) => master.kill()],
      ['freezes', (master) => master.freeze()],
    ])('goes on with the replica when its master %s', async (_, fail) => {
      const gateway = await open(await startSentinel({ replicas: 1 }));
      load = counting(gateway);
      await until(() => load!.tally.done > 50);
      const [master, replica] = servers.servers;
      await fail(master!);
      await until(() => isMaster(replica!));
      const before = load.tally.done;
      await until(() => load!.tally.done > before + 50);
      await master!.resume();
      await endsWell(gateway);
    });

    it('takes up its subscriptions at the new master', async () => {
      const gateway = await open(await startSentinel({ replicas: 1 }));
      load = counting(gateway);
      let resumed = 0;
      const messages: string[] = [];
      const onMessage = (text: string) => messages.push(text);
      await gateway.subscribe(`${ns}:news`, { onMessage, onResume: () => resumed++ });
      await servers.servers[0]!.kill();
      await until(() => resumed > 0, 15_000);
      await until(async () => {
        await gateway.send(['PUBLISH', `${ns}:news`, 'heard']).catch(() => 0);
        return messages.length > 0;
      });
      await endsWell(gateway);
    });
  });

  describe('a cluster', () => {
    it.each<[string, (master: Topology['servers'][number]) => Promise<void>]>([
      ['dies', (master) => master.kill()],
      ['freezes', (master) => master.freeze()],
    ])('goes on with the replica when a master %s', async (_, fail) => {
      const gateway = await open(await startCluster({ replicas: true }));
      load = counting(gateway);
      await until(() => load!.tally.done > 50);
      await fail(servers.servers[0]!);
      await until(() => isMaster(servers.servers[3]!), 15_000);
      await endsWell(gateway);
    });

    it('hears messages again after the node it listened to is gone', async () => {
      const gateway = await open(await startCluster({ replicas: true }));
      load = counting(gateway);
      const messages: string[] = [];
      let resumed = 0;
      await gateway.subscribe(`${ns}:news`, {
        onMessage: (text) => messages.push(text),
        onResume: () => resumed++,
      });
      const listening = async (server: { url: string }) =>
        ask(server, async (client) => ((await client.call('PUBSUB', 'CHANNELS')) as string[]).length > 0);
      for (const server of servers.servers) if (await listening(server)) await server.kill();
      await until(() => resumed > 0, 15_000);
      await until(async () => {
        await gateway.send(['PUBLISH', `${ns}:news`, 'heard']).catch(() => 0);
        return messages.length > 0;
      });
      await endsWell(gateway);
    });

    it('loses no call while a slot moves', async () => {
      const gateway = await open(await startCluster());
      const before = Array.from({ length: 20 }, (_, i) => `${ns}:{moving}:${i}`);
      await gateway.sendMany(before.map((key) => ['SET', key, 0]));
      load = new SteadyLoad((turn) =>
        gateway.run({ script: ADD, keys: [before[turn % before.length]!], args: [1] }),
      );
      await until(() => load!.tally.done > 50);
      await moveSlot(servers, before[0]!);
      const { done } = load.tally;
      await until(() => load!.tally.done > done + 50);
      const tally = await load.stop();
      expect(tally).toMatchObject({ typed: {}, strange: [] });
      const counts = await Promise.all(before.map((key) => gateway.send(['GET', key])));
      expect(counts.map(Number).reduce((sum, count) => sum + count)).toBe(tally.done);
    });
  });

  // Seen to fail when PING is the sign of life of a cluster: it was told as down and ready again every second.
  it('a cluster that has lost a part of the keyspace is down until it has it again', async () => {
    const gateway = await open(await startCluster());
    let downSinceMs = Infinity;
    opened.events.on('connection:availability', ({ state }) => {
      downSinceMs = state === 'down' ? performance.now() : Infinity;
    });
    load = counting(gateway);
    await servers.servers[1]!.kill();
    // Its nodes say that all is well until they have noticed. It is asked at least once a second.
    await until(() => performance.now() - downSinceMs > 3_000, 20_000);
    await servers.servers[1]!.restart();
    await endsWell(gateway);
  });

  it('a cluster that serves what it still has is degraded', async () => {
    const gateway = await open(await startCluster());
    const serveTheRest = (server: { url: string }) =>
      ask(server, (client) => client.config('SET', 'cluster-require-full-coverage', 'no'));
    await Promise.all(servers.servers.map(serveTheRest));
    load = counting(gateway);
    await servers.servers[1]!.kill();
    const health = () =>
      checkConnection(gateway, { roles: ['state'], timeoutMs: LIMIT_MS, clock: SYSTEM_CLOCK });
    const knowsOfIt = (server: { url: string }) =>
      ask(server, async (client) => /cluster_slots_fail:[1-9]/.test(await client.cluster('INFO')));
    const living = servers.servers.filter((_, i) => i !== 1);
    await until(async () => (await Promise.all(living.map(knowsOfIt))).every(Boolean), 20_000);
    for (let check = 0; check < 10; check++) expect((await health()).state).toBe('degraded');
    await servers.servers[1]!.restart();
    await endsWell(gateway);
    await until(async () => (await health()).state === 'up');
  });
});

/** Moves the slot of a key from its master to another, key by key, as `redis-cli --cluster reshard` does. */
async function moveSlot({ servers }: Topology, key: string): Promise<void> {
  const clients = servers.map(({ url }) => new Redis(url));
  const ids = await Promise.all(
    clients.map(async (client) => (await client.call('CLUSTER', 'MYID')) as string),
  );
  const slot = (await clients[0]!.call('CLUSTER', 'KEYSLOT', key)) as number;
  const owner = Math.min(2, Math.floor((slot * 3) / 16_384));
  const [from, to] = [owner, (owner + 1) % 3];
  await clients[to]!.call('CLUSTER', 'SETSLOT', slot, 'IMPORTING', ids[from]!);
  await clients[from]!.call('CLUSTER', 'SETSLOT', slot, 'MIGRATING', ids[to]!);
  const { host, port, password } = servers[to]!;
  for (;;) {
    const [next] = (await clients[from]!.call('CLUSTER', 'GETKEYSINSLOT', slot, 1)) as string[];
    if (next === undefined) break;
    await clients[from]!.call('MIGRATE', host, port, next, 0, 5_000, 'AUTH', password);
  }
  for (const client of [clients[to]!, clients[from]!])
    await client.call('CLUSTER', 'SETSLOT', slot, 'NODE', ids[to]!);
  for (const client of clients) client.disconnect();
}
