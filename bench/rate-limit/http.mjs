// Measures what a guard costs a Nest application: requests a second beside the same application without one, and the
// processor time that each request takes more. All applications run on one server and take turns, in one order and then
// in the other.
//   node --import ./test/support/typescript.mjs bench/rate-limit/http.mjs [rounds = 7] [ms a turn = 2000] [guards = all] [platforms = all]
// The last two are regular expressions for the names of those to be measured.
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { startRedis } from '../../src/testing/start-redis.ts';
import { median } from '../turns.mjs';
import { load, LOADER } from './http-load.mjs';

const [rounds = 7, turnMs = 2_000] = process.argv.slice(2, 4).map(Number);
const [guards = '', platforms = ''] = process.argv.slice(4);
const CONNECTIONS = 64;
const GUARDS = [
  'none',
  'ours, allowed',
  'ours, allowed, fixed window',
  'ours, denied',
  'one shared exception, denied',
  'throttler, allowed',
  'throttler, denied',
];

async function start(platform, guard, url) {
  const child = fork(join(import.meta.dirname, 'http-app.mjs'), [platform, guard, url]);
  const [started] = await Promise.race([once(child, 'message'), once(child, 'exit')]);
  if (started?.port === undefined) return null; // a peer that is not installed
  const times = async () => {
    child.send('times');
    return (await once(child, 'message'))[0];
  };
  return {
    guard,
    url: `http://127.0.0.1:${started.port}/`,
    times,
    stop: () => child.disconnect(),
    turns: [],
  };
}

async function turn({ guard, url, times }, durationMs) {
  const before = await times();
  const { requests, refused, errors, seconds } = await load({ url, connections: CONNECTIONS, durationMs });
  const after = await times();
  const wrong = errors > 0 || (guard.includes('denied') ? refused < requests - 1 : refused > 0);
  if (wrong) throw new Error(`${guard}: ${errors} errors, ${refused} of ${requests} refused`);
  return {
    rate: requests / seconds,
    cpuUs: (after.cpuUs - before.cpuUs) / requests,
    userUs: (after.userUs - before.userUs) / requests,
  };
}

async function measure(platform, server) {
  const apps = [];
  for (const guard of GUARDS) {
    const isWanted = guard === 'none' || new RegExp(guards).test(guard);
    const app = isWanted ? await start(platform, guard, server.url) : null;
    if (app !== null) apps.push(app);
  }
  for (const app of apps) await turn(app, turnMs); // warms up
  for (let round = 0; round < rounds; round++) {
    for (const app of round % 2 === 0 ? apps : apps.toReversed()) app.turns.push(await turn(app, turnMs));
  }
  report(platform, apps);
  for (const { stop } of apps) stop();
}

function report(platform, apps) {
  const [bare] = apps;
  console.log(
    `\n${platform}, ${CONNECTIONS} connections by ${LOADER}: requests a second, ratio to none, added processor time` +
      ' a request, and how much of that without the system',
  );
  for (const { guard, turns } of apps) {
    const overBare = (of) => median(turns.map((turn, i) => of(turn, bare.turns[i])));
    const rate = Math.round(median(turns.map((turn) => turn.rate))).toString();
    const ratio = overBare((turn, none) => turn.rate / none.rate).toFixed(2);
    const added = overBare((turn, none) => turn.cpuUs - none.cpuUs).toFixed(1);
    const own = overBare((turn, none) => turn.userUs - none.userUs).toFixed(1);
    console.log(
      `  ${guard.padEnd(30)} ${rate.padStart(7)}  ${ratio} ${added.padStart(6)} µs ${own.padStart(6)} µs`,
    );
  }
}

const server = await startRedis();
for (const platform of ['Fastify', 'Express'])
  if (new RegExp(platforms).test(platform)) await measure(platform, server);
await server.stop();
