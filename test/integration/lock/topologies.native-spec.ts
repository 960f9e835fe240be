import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe } from '@jest/globals';
import { lockModesContract } from '../../contract/lock-modes.contract.js';
import { lockContract } from '../../contract/lock.contract.js';
import { sharesContract } from '../../contract/shares.contract.js';
import { openLocks } from '../../support/locks.js';
import { startCluster, startSentinel, type Topology } from '../../support/native-topologies.js';

const CASES: [string, () => Promise<Topology>][] = [
  ['a Sentinel group', () => startSentinel({ replicas: 1 })],
  ['a cluster with replicas', () => startCluster({ replicas: true })],
];

describe.each(CASES)('on %s', (name, start) => {
  let topology: Topology;
  beforeAll(async () => (topology = await start()), 60_000);
  afterAll(() => topology?.stop());
  for (const contract of [lockContract, lockModesContract, sharesContract]) {
    contract(name, () => {
      const namespace = randomUUID();
      return Promise.resolve({
        open: () => openLocks(topology.connection, { namespace }),
        close: () => Promise.resolve(),
      });
    });
  }
});
