// How many loads, and how long for the last caller, when many processes ask for one cold key at once.
//   node --import ./test/support/typescript.mjs bench/cache/stampede.mjs [rounds = 5] [processes = 8] [callers = 500]
import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { startRedis } from '../../src/testing/start-redis.ts';
import { runProgram } from '../../test/support/run-program.ts';
import { median, report } from '../turns.mjs';

const [rounds, processes, callers] = [5, 8, 500].map((given, i) => Number(process.argv[i + 2] ?? given));
const LOAD_MS = 100;

const redis = await startRedis({ kind: 'native' });
const client = new Redis(redis.url);
const runs = [];
const walls = [];
for (let round = 0; round < rounds; round++) {
  const crowd = { namespace: `bench-${randomUUID()}`, processes, callers, loadMs: LOAD_MS };
  const source = `
    import { crowd } from './test/support/cache-crowd.ts';
    console.log(JSON.stringify(await crowd(${JSON.stringify(redis.url)}, ${JSON.stringify(crowd)})));
  `;
  const ends = await Promise.all(
    Array.from({ length: processes }, () => runProgram(source, { limitMs: 90_000 })),
  );
  walls.push(Math.max(...ends.map(({ stdout }) => JSON.parse(stdout).wallMs)));
  runs.push(Number(await client.get(`${crowd.namespace}:runs`)));
}
console.log(`\n${processes} processes × ${callers} callers, a loader of ${LOAD_MS} ms, ${rounds} rounds`);
report('loads in all, worst round', String(Math.max(...runs)), 'goal: 1');
report('last caller served, median', `${median(walls).toFixed(1)} ms`, 'goal: ≤ 125 ms');
await client.quit();
await redis.stop();
