import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startRedis } from '../../../src/testing/start-redis.js';
import type { TestRedis } from '../../../src/testing/test-redis.js';
import type { CrowdReport } from '../../support/cache-crowd.js';
import { runProgram } from '../../support/run-program.js';

describe('a crowd at one cold key', () => {
  let redis: TestRedis;
  let client: Redis | undefined;
  beforeAll(async () => {
    redis = await startRedis();
    client = new Redis(redis.url);
  });
  afterAll(async () => {
    await client?.quit();
    await redis?.stop();
  });

  async function crowd(processes: number, fails: boolean): Promise<{ reports: CrowdReport[]; runs: number }> {
    const namespace = `crowd-${randomUUID()}`;
    const crowd = { namespace, processes, callers: 500, loadMs: 100, fails };
    const source = `
      import { crowd } from './test/support/cache-crowd.ts';
      console.log(JSON.stringify(await crowd(${JSON.stringify(redis.url)}, ${JSON.stringify(crowd)})));
    `;
    const ends = await Promise.all(
      Array.from({ length: processes }, () => runProgram(source, { limitMs: 90_000 })),
    );
    expect(ends.map(({ stderr }) => stderr)).toEqual(ends.map(() => ''));
    const reports = ends.map(({ stdout }) => JSON.parse(stdout) as CrowdReport);
    return { reports, runs: Number(await client?.get(`${namespace}:runs`)) };
  }

  // Seen to fail when a marker is taken for a miss: then each process loads.
  it('of 8 processes and 4,000 callers lets one load, and gives all of them its value', async () => {
    const { reports, runs } = await crowd(8, false);
    expect(runs).toBe(1);
    expect(new Set(reports.flatMap(({ values }) => values)).size).toBe(1);
    expect(reports.every(({ failures }) => failures === 0)).toBe(true);
  }, 120_000);

  // Seen to fail when callers neither join the load of their process nor are told how it failed; each alone suffices.
  it('of 500 callers whose loader fails lets one load, and gives all of them its error', async () => {
    const { reports, runs } = await crowd(1, true);
    expect(runs).toBe(1);
    expect(reports).toMatchObject([{ values: [], errors: ['RangeError: database away'], failures: 500 }]);
  }, 120_000);
});
