import { afterAll, beforeAll, describe } from '@jest/globals';
import { cacheContract } from '../../contract/cache.contract.js';
import { openCache } from '../../support/cache.js';
import {
  startCluster,
  startSentinel,
  startSocket,
  startTls,
  type Topology,
} from '../../support/native-topologies.js';

/** The embedded server is one server without TLS, and has the contract to itself elsewhere. */
const CASES: [string, () => Promise<Topology>][] = [
  ['a server at a Unix socket', startSocket],
  ['a server over TLS with certificates on both sides', startTls],
  ['a Sentinel group', () => startSentinel({ replicas: 1 })],
  ['a cluster with replicas', () => startCluster({ replicas: true })],
];

describe.each(CASES)('the cache on %s', (_, start) => {
  let topology: Topology;
  beforeAll(async () => (topology = await start()));
  afterAll(() => topology?.stop());
  cacheContract((options) => openCache(topology.connection, options));
});
