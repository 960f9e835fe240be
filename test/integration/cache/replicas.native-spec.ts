import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { block } from '../../support/block.js';
import { openCache, type OpenCache } from '../../support/cache.js';
import { ask, startCluster, startSentinel, type Topology } from '../../support/native-topologies.js';
import { until } from '../../support/until.js';

const CASES: [string, number, () => Promise<Topology>][] = [
  ['a Sentinel group', 1, () => startSentinel({ replicas: 1 })],
  ['a cluster', 3, () => startCluster({ replicas: true })],
];
const UNKEPT = { l1: false } as const;
/** A busy machine keeps one of so many servers from answering within 40 ms, and this is about where values come from. */
const PATIENT = { timeout: '10s' } as const;

describe.each(CASES)('the cache that may read from the replicas of %s', (_, masters, start) => {
  const namespace = `t${randomUUID()}`;
  let topology: Topology;
  let [writer, reader]: OpenCache[] = [];
  const areRead = new Map<OpenCache, boolean>();

  const replicas = () => topology.servers.slice(masters, 2 * masters);

  /** Lets replicas go on answering without hearing anything of their masters. */
  async function silence(): Promise<void> {
    const cut = replicas().map((replica) =>
      ask(replica, async (client) => {
        await client.config('SET', 'masterauth', 'something else');
        await client.call('CLIENT', 'KILL', 'TYPE', 'master');
        await until(async () => /master_link_status:down/.test(await client.info('replication')));
      }),
    );
    await Promise.all(cut);
  }

  async function reconnect(): Promise<void> {
    for (const replica of replicas())
      await ask(replica, (client) => client.config('SET', 'masterauth', replica.password));
  }

  const readsAt = async (servers: Topology['servers']) => {
    const counts = servers.map((server) =>
      ask(server, async (client) =>
        Number(/cmdstat_get:calls=(\d+)/.exec(await client.info('commandstats'))?.[1]),
      ),
    );
    return (await Promise.all(counts)).reduce((sum, count) => sum + (count || 0), 0);
  };
  const readsAtReplicas = () => readsAt(replicas());
  const readsAtMasters = () => readsAt(topology.servers.slice(0, masters));

  async function untilReplicasAreRead(): Promise<void> {
    for (const opened of [writer!, reader!])
      await until(async () => {
        await opened.cache.get('anything', UNKEPT);
        return areRead.get(opened) === true;
      }, 20_000);
  }

  beforeAll(async () => {
    topology = await start();
    const connection = { ...topology.connection, readFromReplicas: true };
    [writer, reader] = await Promise.all(
      [1, 2].map(() => openCache(connection, { namespace, options: PATIENT })),
    );
    for (const opened of [writer!, reader!])
      opened.events.on('connection:replicas', (change) => areRead.set(opened, change.areRead));
  });
  afterAll(async () => {
    await Promise.all([writer?.close(), reader?.close()]);
    await topology?.stop();
  });

  it('asks replicas for what it does not keep, and masters for what it keeps', async () => {
    const keys = Array.from({ length: 9 }, (_, i) => `item:${i}`);
    for (const key of keys) await writer!.cache.set(key, key, UNKEPT);
    await untilReplicasAreRead();
    const before = await readsAtReplicas();
    for (const key of keys) expect(await reader!.cache.get(key, UNKEPT)).toBe(key);
    const after = await readsAtReplicas();
    expect(after).toBeGreaterThan(before);
    for (const key of keys) expect(await reader!.cache.get(key)).toBe(key);
    expect(await readsAtReplicas()).toBe(after);
  });

  // Seen to fail with the timer of ioredis, which gives the replica up before its answer is read.
  it('asks no master in place of a replica whose answer came while this process stood still', async () => {
    await writer!.cache.set('still', 'value', UNKEPT);
    await untilReplicasAreRead();
    const get = () => reader!.cache.get('still', UNKEPT);
    let before = await readsAtMasters();
    await until(async () => {
      const last = before;
      await get();
      before = await readsAtMasters();
      return before === last;
    });
    const reading = get();
    setImmediate(block, 600);
    expect(await reading).toBe('value');
    expect(await readsAtMasters()).toBe(before);
  });

  it('loads once what no replica has', async () => {
    await untilReplicasAreRead();
    let loads = 0;
    const load = () => ++loads;
    const callers = Array.from({ length: 20 }, (_, i) => (i % 2 ? writer : reader)!.cache);
    expect(new Set(await Promise.all(callers.map((cache) => cache.getOrSet('once', load, UNKEPT))))).toEqual(
      new Set([1]),
    );
  });

  it('reads its own writes, and what tags invalidate, although replicas hear nothing any more', async () => {
    await writer!.cache.set('price', 'old', UNKEPT);
    await writer!.cache.set('tagged', 'old', { ...UNKEPT, tags: ['all'] });
    await untilReplicasAreRead();
    await silence();
    // Without a memory of its own changes it would find the old value here.
    await writer!.cache.set('price', 'new', UNKEPT);
    expect(await writer!.cache.get('price', UNKEPT)).toBe('new');
    await writer!.cache.delete('price');
    expect(await writer!.cache.get('price', UNKEPT)).toBeUndefined();
    await writer!.cache.invalidateTags('all');
    expect(await reader!.cache.get('tagged', UNKEPT)).toBeUndefined();

    // What others changed it sees when the replicas are known to be behind.
    await until(async () => (await reader!.cache.get('price', UNKEPT)) === undefined);
    await until(() => areRead.get(reader!) === false);
    await writer!.cache.set('price', 'newest', UNKEPT);
    expect(await reader!.cache.get('price', UNKEPT)).toBe('newest');

    await reconnect();
    await untilReplicasAreRead();
    expect(await reader!.cache.get('price', UNKEPT)).toBe('newest');
  });

  it('reads from masters while a replica is frozen', async () => {
    await writer!.cache.set('calm', 'value', UNKEPT);
    await untilReplicasAreRead();
    for (const replica of replicas()) await replica.freeze();
    await until(async () => (await reader!.cache.get('calm', UNKEPT)) === 'value');
    for (const replica of replicas()) await replica.resume();
    await untilReplicasAreRead();
  });
});
