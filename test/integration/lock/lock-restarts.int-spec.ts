import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startRedis } from '../../../src/testing/start-redis.js';
import type { TestRedis } from '../../../src/testing/test-redis.js';
import { restartTrial } from '../../support/restart-trial.js';

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
});
