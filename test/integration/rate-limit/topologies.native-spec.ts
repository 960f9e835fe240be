import { afterAll, beforeAll, describe } from '@jest/globals';
import { rateLimitContract } from '../../contract/rate-limit.contract.js';
import { startCluster, startSentinel, type Topology } from '../../support/native-topologies.js';
import { openTwoLimits } from '../../support/rate-limits.js';

/** A single server, native and embedded, has the contract to itself elsewhere. */
const CASES: [string, () => Promise<Topology>][] = [
  ['a Sentinel group', () => startSentinel({ replicas: 1 })],
  ['a cluster with replicas', () => startCluster({ replicas: true })],
];

describe.each(CASES)('rate limits on %s', (_, start) => {
  let topology: Topology;
  beforeAll(async () => (topology = await start()), 60_000);
  afterAll(() => topology?.stop());
  rateLimitContract(() => openTwoLimits(topology.connection));
});
