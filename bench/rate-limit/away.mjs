// Measures how long decisions take while the server is dead, and while it is frozen: the first one, and those after it.
//   node --import ./test/support/typescript.mjs bench/rate-limit/away.mjs [rounds = 7]
import { startRedis } from '../../src/testing/start-redis.ts';
import { openGateway } from '../../test/support/gateway.ts';
import { limitsOver } from '../../test/support/rate-limits.ts';
import { median, quantile, report } from '../turns.mjs';

const [rounds = 7] = process.argv.slice(2).map(Number);
const DECISIONS = 1_000;
const policy = { name: 'api', limit: 1_000_000, window: '1h' };

async function round(fail) {
  const server = await startRedis();
  const { gateway, events, close } = await openGateway(server.url);
  const limits = limitsOver(gateway, { events });
  for (let i = 0; i < DECISIONS; i++) await limits.consume(policy, `user-${i}`);
  await fail(server);
  const times = [];
  for (let i = 0; i < DECISIONS; i++) {
    const start = performance.now();
    const { degraded } = await limits.consume(policy, `user-${i}`);
    times.push(performance.now() - start);
    if (!degraded) throw new Error('Redis has decided, though it is away');
  }
  await close();
  await server.stop();
  const [first, ...later] = times;
  return { first, later: median(later), slowest: quantile(later, 0.99) };
}

async function measure(title, fail, goals) {
  const seen = [];
  for (let i = 0; i < rounds; i++) seen.push(await round(fail));
  console.log(`\n${title}: medians of ${rounds} rounds`);
  for (const [name, goal] of Object.entries(goals))
    report(`decision: ${name}`, `${median(seen.map((one) => one[name])).toFixed(3)} ms`, goal);
}

await measure('dead', (server) => server.kill(), {
  first: 'goal: below 1 ms',
  later: 'goal: below 1 ms',
  slowest: '(99th percentile)',
});
await measure('frozen', (server) => server.freeze(), {
  first: 'goal: at most 50 ms',
  later: 'goal: at most 0.1 ms',
  slowest: '(99th percentile)',
});
