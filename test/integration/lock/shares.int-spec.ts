import { randomUUID } from 'node:crypto';
import { startRedis } from '../../../src/testing/start-redis.js';
import { sharesContract } from '../../contract/shares.contract.js';
import { openLocks } from '../../support/locks.js';

sharesContract('a standalone server', async () => {
  const redis = await startRedis();
  const namespace = randomUUID();
  return { open: () => openLocks(redis.url, { namespace }), close: () => redis.stop() };
});
