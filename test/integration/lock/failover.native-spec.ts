import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { InvalidOptionsError } from '../../../src/common/errors.js';
import { RedisUnavailableError } from '../../../src/connection/connection.errors.js';
import { ReplicaGuard } from '../../../src/lock/replica-guard.js';
import { openGateway } from '../../support/gateway.js';
import { openLocks, type OpenLocks } from '../../support/locks.js';
import { startCluster, startSentinel, type Topology } from '../../support/native-topologies.js';
import { until } from '../../support/until.js';

describe('locks that replicas must have', () => {
  const namespace = randomUUID();
  let topology: Topology;
  const open = (replicas: number): Promise<OpenLocks> =>
    openLocks(topology.connection, { namespace, replicas, ttl: '20s', commandTimeout: 2_000 });

  beforeAll(async () => {
    topology = await startSentinel({ replicas: 1 });
  }, 60_000);
  afterAll(() => topology?.stop());

  it('are given back and refused when too few have them in time', async () => {
    const demanding = await open(2);
    const { locks } = demanding;
    await expect(locks.acquire('refused')).rejects.toThrow(RedisUnavailableError);
    await expect(locks.tryAcquire(['refused', 'too'])).rejects.toThrow(/1 of 2 replicas had the lock/);
    await expect(locks.acquire('refused')).rejects.toMatchObject({ reason: 'unreplicated' });
    expect(await locks.inspect('refused')).toBeNull();
    await demanding.close();
  });

  it('survive a failover: who held one holds it, and nobody else gets it', async () => {
    const [here, there] = await Promise.all([open(1), open(1)]);
    const first = await here.locks.acquire('failover');
    const waiting = there.locks.acquire('failover');
    await until(async () => (await here.locks.inspect('failover'))?.waiting === 1);
    await first.release();
    const lock = await waiting;
    await topology.servers[0]!.kill();
    const isBackFor = ({ locks }: OpenLocks) =>
      locks.inspect('failover').then(
        (info) => info !== null,
        () => false,
      );
    for (const one of [here, there]) await until(() => isBackFor(one), 30_000);
    expect((await here.locks.inspect('failover'))?.fence).toBe(lock.fence);
    // There is no replica left to have it, so nobody can be given it even if it were free.
    await expect(here.locks.acquire('failover', { wait: 50 })).rejects.toThrow();
    lock.assertHeld();
    expect(await lock.release()).toBe(true);
    await here.close();
    await there.close();
  }, 60_000);
});

describe('locks that replicas must have, on a cluster', () => {
  let topology: Topology;
  beforeAll(async () => {
    topology = await startCluster();
  }, 60_000);
  afterAll(() => topology?.stop());

  it('are refused at boot', async () => {
    const { gateway, close } = await openGateway(topology.connection);
    expect(() => new ReplicaGuard(gateway, 1)).toThrow(InvalidOptionsError);
    await close();
  });
});
