import { afterAll, beforeAll, describe } from '@jest/globals';
import { startRedis } from '../../../src/testing/start-redis.js';
import type { TestRedis } from '../../../src/testing/test-redis.js';
import { cacheContract } from '../../contract/cache.contract.js';
import { openCache } from '../../support/cache.js';
import { INSTALLED_KINDS } from '../../support/installed-kinds.js';

describe.each(INSTALLED_KINDS)('the cache on a server that is %s', (kind) => {
  let redis: TestRedis;
  beforeAll(async () => (redis = await startRedis({ kind })));
  afterAll(() => redis?.stop());
  cacheContract((options) => openCache(redis.url, options));
});
