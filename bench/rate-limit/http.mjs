// Measures what a guard costs a Nest application: requests a second beside the same application without one, and the
// processor time that each request takes more. All applications run on one server and take turns.
//   node --import ./test/support/typescript.mjs bench/rate-limit/http.mjs [rounds = 7] [ms a turn = 2000]
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import autocannon from 'autocannon';
import { startRedis } from '../../src/testing/start-redis.ts';
import { median } from '../turns.mjs';

const [rounds = 7, turnMs = 2_000] = process.argv.slice(2).map(Number);
const CONNECTIONS = 64;
const GUARDS = [
  'none',
  'ours, allowed',
  'ours, allowed, fixed window',
  'ours, denied',
  'throttler, allowed',
  'throttler, denied',
];

async function start(platform, guard, url) {
  const child = fork(join(import.meta.dirname, 'http-app.mjs'), [platform, guard, url]);
  const [{ port }] = await once(child, 'message');
  const cpuUs = async () => {
    child.send('cpu');
    return (await once(child, 'message'))[0].cpuUs;
  };
  return {
    guard,
    url: `http://127.0.0.1:${port}/`,
    cpuUs,
    stop: () => child.disconnect(),
    rates: [],
    costs: [],
  };
}

async function turn({ guard, url, cpuUs }, durationMs) {
  const before = await cpuUs();
  const result = await autocannon({ url, connections: CONNECTIONS, duration: durationMs / 1_000 });
  const requests = result['2xx'] + result.non2xx;
  const denied = result.statusCodeStats['429']?.count ?? 0;
  const wrong = result.errors > 0 || (guard.includes('denied') ? denied < requests - 1 : result.non2xx > 0);
  if (wrong) throw new Error(`${guard}: ${result.errors} errors, ${denied} of ${requests} denied`);
  return { rate: requests / result.duration, costUs: ((await cpuUs()) - before) / requests };
}

async function measure(platform, server) {
  const apps = [];
  for (const guard of GUARDS) apps.push(await start(platform, guard, server.url));
  for (const app of apps) await turn(app, turnMs); // warms up
  for (let round = 0; round < rounds; round++) {
    for (const app of apps) {
      const { rate, costUs } = await turn(app, turnMs);
      app.rates.push(rate);
      app.costs.push(costUs);
    }
  }
  const [bare] = apps;
  console.log(
    `\n${platform}, ${CONNECTIONS} connections: requests a second, ratio to none, added processor time`,
  );
  for (const { guard, rates, costs, stop } of apps) {
    const ratio = median(rates.map((rate, i) => rate / bare.rates[i])).toFixed(2);
    const addedUs = median(costs.map((cost, i) => cost - bare.costs[i])).toFixed(1);
    const rate = Math.round(median(rates)).toString();
    console.log(`  ${guard.padEnd(30)} ${rate.padStart(7)}  ${ratio}  ${addedUs.padStart(6)} µs a request`);
    stop();
  }
}

const server = await startRedis();
for (const platform of ['Fastify', 'Express']) await measure(platform, server);
await server.stop();
