import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startRedis } from '../../../src/testing/start-redis.js';
import type { TestRedis } from '../../../src/testing/test-redis.js';
import type { Admission, Hammering } from '../../support/limit-hammer.js';
import { evenPattern, patternsOn, worstPattern } from '../../support/limit-patterns.js';
import { Random } from '../../support/random.js';
import { runProgram } from '../../support/run-program.js';
import { mostInAnyWindow } from '../../support/sliding-model.js';
import { useGateway } from '../../support/use-gateway.js';

const PROCESSES = 3;
const LIMITS = [1, 40, 256, 257, 500];
const WINDOW_MS = 100;

describe('several processes on one subject', () => {
  let server: TestRedis;
  let admissions: Admission[][];

  beforeAll(async () => {
    server = await startRedis();
    const jobs = LIMITS.map((limit): Hammering => {
      const policy = { name: `limit-${limit}`, limit, window: WINDOW_MS };
      return { url: server.url, namespace: 'accuracy', policy, forMs: 600, parallel: 20 };
    });
    const source = `import { hammer } from './test/support/limit-hammer.ts';
      const all = [];
      for (const job of ${JSON.stringify(jobs)}) all.push(await hammer(job));
      process.stdout.write(JSON.stringify(all));`;
    const run = () => runProgram(source, { limitMs: 60_000 });
    const ends = await Promise.all(Array.from({ length: PROCESSES }, run));
    expect(ends.map(({ code, stderr }) => `${code} ${stderr}`)).toEqual(ends.map(() => '0 '));
    const byProcess = ends.map(({ stdout }) => JSON.parse(stdout) as Admission[][]);
    admissions = LIMITS.map((_, i) => byProcess.flatMap((all) => all[i] ?? []).sort((a, b) => a.at - b.at));
  }, 90_000);
  afterAll(() => server?.stop());

  it.each(LIMITS)('never get more than a limit of %d in any window', (limit) => {
    const admitted = admissions[LIMITS.indexOf(limit)]!.filter(({ cost }) => cost > 0);
    expect(mostInAnyWindow(admitted, WINDOW_MS * 1_000)).toBe(limit);
  });
});

describe('the sliding window on Redis', () => {
  const redis = useGateway();

  it.each([10, 300])(
    'admits no more than a limit of %d in the worst pattern that is found',
    async (limit) => {
      const run = patternsOn(redis.gateway, limit);
      expect(await worstPattern(run, { limit, tries: 40, random: new Random(limit) })).toBe(limit);
    },
  );

  it.each([100, 1_000])(
    'with a limit of %d never refuses a client that keeps to 95 %% of it',
    async (limit) => {
      const { denied } = await patternsOn(redis.gateway, limit)(evenPattern(0.95 * limit, 2));
      expect(denied).toBe(0);
    },
  );
});
