import { describe } from '@jest/globals';
import { startRedis } from '../../../src/testing/start-redis.js';
import type { TestServerKind } from '../../../src/testing/test-redis.js';
import { rateLimitContract } from '../../contract/rate-limit.contract.js';
import { openTwoLimits } from '../../support/rate-limits.js';

describe.each<{ title: string; kind: TestServerKind | undefined }>([
  { title: 'the server at hand', kind: undefined },
  { title: 'the embedded server', kind: 'embedded' },
])('rate limits on $title', ({ kind }) => {
  rateLimitContract(async () => {
    const server = await startRedis(kind === undefined ? {} : { kind });
    const two = await openTwoLimits(server.url);
    return {
      ...two,
      close: async () => {
        await two.close();
        await server.stop();
      },
    };
  });
});
