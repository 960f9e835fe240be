import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe } from '@jest/globals';
import { cacheContract } from '../../contract/cache.contract.js';
import { rateLimitContract } from '../../contract/rate-limit.contract.js';
import { lockModesContract } from '../../contract/lock-modes.contract.js';
import { lockContract } from '../../contract/lock.contract.js';
import { sharesContract } from '../../contract/shares.contract.js';
import { openCache } from '../../support/cache.js';
import { openGateway } from '../../support/gateway.js';
import { openLocks } from '../../support/locks.js';
import { limitsOver, PATIENT } from '../../support/rate-limits.js';
import { startRest, type RestServers } from '../../support/rest.js';

describe('Over REST', () => {
  let servers: RestServers;
  beforeAll(async () => (servers = await startRest()));
  afterAll(() => servers?.stop());

  describe('the cache', () => cacheContract((options) => openCache(servers.target, options)));

  describe.each([lockContract, lockModesContract, sharesContract])('by polling', (contract) => {
    contract('an endpoint', () => {
      const namespace = randomUUID();
      return Promise.resolve({
        open: () => openLocks(servers.target, { namespace }),
        close: () => Promise.resolve(),
      });
    });
  });

  describe('rate limits', () => {
    rateLimitContract(async () => {
      const [one, two] = await Promise.all([openGateway(servers.target), openGateway(servers.target)]);
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
});
