// Kills the server and starts it again, empty, while several want the same locks, many times over; counts for how long
// two held one lock, and the fences that fell. Takes about four seconds a run.
//   node --import ./test/support/typescript.mjs bench/locks/restarts.mjs [runs = 100]
import { startRedis } from '../../src/testing/start-redis.ts';
import { restartTrial } from '../../test/support/restart-trial.ts';
import { report } from '../turns.mjs';

const [runs = 100] = process.argv.slice(2).map(Number);
const sum = { grants: 0, overlaps: 0, doubleMs: 0, fencesFallen: 0 };

const server = await startRedis();
for (let run = 0; run < runs; run++) {
  const record = await restartTrial(server);
  for (const key of Object.keys(sum)) sum[key] += record[key];
}
await server.stop();

report('runs: the server killed and restarted empty', String(runs), '');
report('locks granted', String(sum.grants), '');
report('grants while another was still told that it holds', String(sum.overlaps), '0');
report('double holding, ms', sum.doubleMs.toFixed(0), '0');
report('fences that did not grow', String(sum.fencesFallen), '0');
