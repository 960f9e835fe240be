import { randomUUID } from 'node:crypto';
import { startRedis } from '../../../src/testing/start-redis.js';
import { lockModesContract } from '../../contract/lock-modes.contract.js';
import { openLocks } from '../../support/locks.js';

lockModesContract('a standalone server', async () => {
  const redis = await startRedis();
  const namespace = randomUUID();
  return { open: () => openLocks(redis.url, { namespace }), close: () => redis.stop() };
});
