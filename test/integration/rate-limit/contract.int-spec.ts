import { randomUUID } from 'node:crypto';
import { describe } from '@jest/globals';
import { startRedis } from '../../../src/testing/start-redis.js';
import type { TestServerKind } from '../../../src/testing/test-redis.js';
import { rateLimitContract } from '../../contract/rate-limit.contract.js';
import { openGateway } from '../../support/gateway.js';
import { limitsOver, PATIENT, PATIENT_CONNECTION } from '../../support/rate-limits.js';

describe.each<{ title: string; kind: TestServerKind | undefined }>([
  { title: 'the server at hand', kind: undefined },
  { title: 'the embedded server', kind: 'embedded' },
])('rate limits on $title', ({ kind }) => {
  rateLimitContract(async () => {
    const server = await startRedis(kind === undefined ? {} : { kind });
    const open = () => openGateway(server.url, PATIENT_CONNECTION);
    const [one, two] = await Promise.all([open(), open()]);
    const namespace = randomUUID();
    return {
      limits: limitsOver(one.gateway, { namespace, ...PATIENT }),
      others: limitsOver(two.gateway, { namespace, ...PATIENT }),
      close: async () => {
        await Promise.all([one.close(), two.close()]);
        await server.stop();
      },
    };
  });
});
