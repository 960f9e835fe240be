import { randomUUID } from 'node:crypto';
import { Test } from '@nestjs/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { LockService } from '../../../src/lock/lock.service.js';
import { RedisModule } from '../../../src/redis.module.js';
import { startRedis } from '../../../src/testing/start-redis.js';
import type { TestRedis } from '../../../src/testing/test-redis.js';
import { restartTrial } from '../../support/restart-trial.js';
import { until } from '../../support/until.js';

/** Is a short version of `bench/locks/restarts.mjs`, which does the same a hundred times. */
describe('locks on a server that is killed and comes back empty', () => {
  let redis: TestRedis;

  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis?.stop());

  it('are never held twice, and their fences never fall', async () => {
    for (let run = 0; run < 3; run++) {
      const { overlaps, doubleMs, fencesFallen } = await restartTrial(redis);
      expect({ overlaps, doubleMs, fencesFallen }).toEqual({ overlaps: 0, doubleMs: 0, fencesFallen: 0 });
    }
  }, 120_000);

  it('are granted at once to who tried in vain to connect before there was a server', async () => {
    await redis.kill();
    const app = await Test.createTestingModule({
      imports: [RedisModule.forRoot({ connection: redis.url, namespace: randomUUID() })],
    }).compile();
    try {
      await app.init();
      await redis.restart();
      const locks = app.get(LockService);
      const isGranted = () =>
        locks.tryAcquire('new').then(
          (lock) => lock?.release() ?? false,
          () => false,
        );
      await until(isGranted, 10_000);
    } finally {
      await app.close();
    }
  });
});
