import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Cluster } from 'ioredis';
import { openGateway, type OpenGateway } from '../../support/gateway.js';
import { ask, startCluster, type Topology } from '../../support/native-topologies.js';
import { until } from '../../support/until.js';

const FROM = 0;
const TO = 1;

describe('While a slot moves from one node of a cluster to another', () => {
  let servers: Topology;
  let opened: OpenGateway;
  let key: string;

  beforeAll(async () => {
    servers = await startCluster();
    opened = await openGateway(servers.connection, { commandTimeout: 200 });
    const ids = await Promise.all(
      servers.servers.map((server) => ask(server, (client) => client.cluster('MYID'))),
    );
    const [from, to] = [servers.servers[FROM]!, servers.servers[TO]!];
    // The first of three nodes has the first third of the slots.
    const slotOf = (text: string) => ask(from, (client) => client.cluster('KEYSLOT', text));
    for (let i = 0; key === undefined || (await slotOf(key)) > 5_000; i++) key = `key:${i}`;
    const slot = await slotOf(key);
    await ask(to, (client) => client.cluster('SETSLOT', slot, 'IMPORTING', ids[FROM]!));
    await ask(from, (client) => client.cluster('SETSLOT', slot, 'MIGRATING', ids[TO]!));
  }, 60_000);
  afterAll(async () => {
    await opened?.close();
    await servers?.stop();
  });

  it('finds at the new node what the old one no longer has, by scripts too', async () => {
    expect(await opened.gateway.send(['SET', key, 1])).toBe('OK');
    const script = { name: 'count-1', source: "return redis.call('INCR', KEYS[1])" };
    for (const count of [2, 3]) expect(await opened.gateway.run({ script, keys: [key] })).toBe(count);
  });

  // Seen to fail, by a rejection that Jest hears of: ioredis leaves the promise of its ASKING to nobody.
  it('a new node that does not answer fails the call, and nothing else', async () => {
    await servers.servers[TO]!.freeze();
    await expect(opened.gateway.send(['GET', key])).rejects.toMatchObject({ reason: 'timeout' });
    // ASKING ends with its connection at the latest.
    await servers.servers[TO]!.kill();
    await until(() => (opened.client as Cluster).nodes('all').length === 2);
  });
});
