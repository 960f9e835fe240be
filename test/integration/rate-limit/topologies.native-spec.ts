import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe } from '@jest/globals';
import { rateLimitContract } from '../../contract/rate-limit.contract.js';
import { openGateway } from '../../support/gateway.js';
import { startCluster, startSentinel, type Topology } from '../../support/native-topologies.js';
import { limitsOver, PATIENT, PATIENT_CONNECTION } from '../../support/rate-limits.js';

/** A single server, native and embedded, has the contract to itself elsewhere. */
const CASES: [string, () => Promise<Topology>][] = [
  ['a Sentinel group', () => startSentinel({ replicas: 1 })],
  ['a cluster with replicas', () => startCluster({ replicas: true })],
];

describe.each(CASES)('rate limits on %s', (_, start) => {
  let topology: Topology;
  beforeAll(async () => (topology = await start()), 60_000);
  afterAll(() => topology?.stop());
  rateLimitContract(async () => {
    const { connection } = topology;
    const open = () => openGateway(connection, PATIENT_CONNECTION);
    const [one, two] = await Promise.all([open(), open()]);
    const namespace = randomUUID();
    return {
      limits: limitsOver(one.gateway, { namespace, ...PATIENT }),
      others: limitsOver(two.gateway, { namespace, ...PATIENT }),
      close: async () => {
        await Promise.all([one.close(), two.close()]);
      },
    };
  });
});
