// How many loads, and how long for the last caller, when many processes ask for one cold key at once; beside the peers
// that are installed. Then how many loads when the loader fails, and how many callers get its error.
//   node --import ./test/support/typescript.mjs bench/cache/stampede.mjs [rounds = 5] [processes = 8] [callers = 500]
import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { startRedis } from '../../src/testing/start-redis.ts';
import { runProgram } from '../../test/support/run-program.ts';
import { median, report } from '../turns.mjs';
import { openPeers } from './peers.mjs';

const [rounds, processes, callers] = [5, 8, 500].map((given, i) => Number(process.argv[i + 2] ?? given));
const LOAD_MS = 100;
/** Is short, since some run it once for each caller, one after another. */
const FAILING_LOAD_MS = 10;

const redis = await startRedis({ kind: 'native' });
const client = new Redis(redis.url);
const opened = await openPeers(redis.url);
await Promise.all(opened.map((peer) => peer.close()));
const contenders = [undefined, ...opened.map(({ name }) => name)];

/** Sends a crowd of processes to one cold key; with the name of a peer, through that. */
async function measure(options, peer) {
  const crowd = { namespace: `bench-${randomUUID()}`, loadMs: LOAD_MS, ...options };
  const source = `
    import { crowd } from './test/support/cache-crowd.ts';
    import { openPeer } from './bench/cache/peers.mjs';
    const url = ${JSON.stringify(redis.url)};
    const peer = ${peer === undefined ? 'undefined' : `await openPeer(${JSON.stringify(peer)}, url)`};
    console.log(JSON.stringify(await crowd(url, ${JSON.stringify(crowd)}, peer)));
    process.exit();
  `;
  const ends = await Promise.all(
    Array.from({ length: crowd.processes }, () => runProgram(source, { limitMs: 90_000 })),
  );
  const failed = ends.find(({ code }) => code !== 0);
  if (failed !== undefined) throw new Error(failed.stderr);
  const reports = ends.map(({ stdout }) => JSON.parse(stdout));
  return { reports, runs: Number(await client.get(`${crowd.namespace}:runs`)) };
}

console.log(`\n${processes} processes × ${callers} callers, a loader of ${LOAD_MS} ms, ${rounds} rounds`);
for (const peer of contenders) {
  const [runs, walls] = [[], []];
  for (let round = 0; round < rounds; round++) {
    const measured = await measure({ processes, callers }, peer);
    runs.push(measured.runs);
    walls.push(Math.max(...measured.reports.map(({ wallMs }) => wallMs)));
  }
  const isOurs = peer === undefined;
  report(`${peer ?? 'ours'}: loads in all, worst round`, String(Math.max(...runs)), isOurs ? 'goal: 1' : '');
  report('  last caller served, median', `${median(walls).toFixed(1)} ms`, isOurs ? 'goal: ≤ 125 ms' : '');
}

console.log(`\n1 process × ${callers} callers, a loader that fails after ${FAILING_LOAD_MS} ms`);
for (const peer of contenders) {
  const { reports, runs } = await measure(
    { processes: 1, callers, loadMs: FAILING_LOAD_MS, fails: true },
    peer,
  );
  const [{ failures, errors, wallMs }] = reports;
  const goals = peer === undefined ? ['goal: 1', `goal: ${callers}`] : ['', ''];
  report(`${peer ?? 'ours'}: loads`, String(runs), goals[0]);
  report(`  callers who got an error, the last after ${wallMs.toFixed(0)} ms`, String(failures), goals[1]);
  for (const error of errors) console.log(`    ${error}`);
}
await client.quit();
await redis.stop();
