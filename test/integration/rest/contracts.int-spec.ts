import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe } from '@jest/globals';
import { cacheContract } from '../../contract/cache.contract.js';
import { rateLimitContract } from '../../contract/rate-limit.contract.js';
import { lockModesContract } from '../../contract/lock-modes.contract.js';
import { lockContract } from '../../contract/lock.contract.js';
import { sharesContract } from '../../contract/shares.contract.js';
import { openCache } from '../../support/cache.js';
import { openLocks } from '../../support/locks.js';
import { openTwoLimits } from '../../support/rate-limits.js';
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
    rateLimitContract(() => openTwoLimits(servers.target));
  });
});
