// Measures how exact the sliding window is: the most that is admitted in any window, by the server's clock, with how much
// of the limit gets through, by one process and by four; the same in the worst pattern of calls that a search finds; and
// how often a client is refused that keeps to its limit.
//   node --import ./test/support/typescript.mjs bench/rate-limit/accuracy.mjs [seconds a pattern = 6] [tries = 400]
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { startRedis } from '../../src/testing/start-redis.ts';
import { openGateway } from '../../test/support/gateway.ts';
import { recording } from '../../test/support/limit-hammer.ts';
import { patternsOn, worstPattern } from '../../test/support/limit-patterns.ts';
import { Random } from '../../test/support/random.ts';
import { limitsOver } from '../../test/support/rate-limits.ts';
import { mostInAnyWindow } from '../../test/support/sliding-model.ts';
import { report } from '../turns.mjs';

const WINDOW_MS = 1_000;
const WINDOW_US = WINDOW_MS * 1_000;
const LIMITS = [100, 2_000];
const SHARES = [0.8, 0.9, 0.95];
/** How far calls that are late may be made up for: one that keeps to its limit does not send what it has missed. */
const CATCH_UP_MS = 5;

const goodputGoal = (limit) => (limit > 256 ? 0.97 : 0.99);
const percent = (share) => `${(100 * share).toFixed(1)} %`;

/** Calls at an even pace until `end`. */
async function evenly(perSecond, end, call) {
  const gapMs = 1_000 / perSecond;
  const pending = [];
  for (let due = performance.now(); performance.now() < end; await sleep(1)) {
    due = Math.max(due, performance.now() - CATCH_UP_MS);
    for (; due <= performance.now(); due += gapMs) pending.push(call());
  }
  return Promise.all(pending);
}

/** Calls twice the limit right before and right after each edge of the clock's windows. */
async function atEdges(count, end, call) {
  const pending = [];
  while (performance.now() < end) {
    const toEdge = WINDOW_MS - (Date.now() % WINDOW_MS);
    await sleep(Math.max(0, toEdge - 10));
    for (let i = 0; i < count; i++) pending.push(call());
    await sleep(20);
    for (let i = 0; i < count; i++) pending.push(call());
  }
  return Promise.all(pending);
}

/** Is what each process does: it makes its part of the calls, and answers what was admitted when. */
async function hammer({ url, limit, pattern, share, seconds, processes }) {
  const { gateway, close } = await openGateway(url);
  const admissions = [];
  const limits = limitsOver(recording(gateway, admissions), {
    namespace: 'accuracy',
    decisionTimeout: '10s',
  });
  const policy = { name: `limit-${limit}-${pattern}-${share}-${processes}`, limit, window: WINDOW_MS };
  const call = () => limits.consume(policy, 'everybody');
  process.send('ready');
  await once(process, 'message');
  const end = performance.now() + 1_000 * seconds;
  const decisions =
    pattern === 'edges'
      ? await atEdges(Math.ceil((2 * limit) / processes), end, call)
      : await evenly((share * limit) / processes, end, call);
  await close();
  const denied = decisions.filter(({ allowed }) => !allowed).length;
  return { admissions: admissions.filter(({ cost }) => cost > 0), calls: decisions.length, denied };
}

if (process.send !== undefined) {
  const [job] = await once(process, 'message');
  process.send(await hammer(job), () => process.exit());
}

const [seconds = 6, tries = 400] = process.argv.slice(2).map(Number);
const server = await startRedis();

/** Runs one job in several processes at the same time; answers what they saw together. */
async function together(job, processes) {
  const children = Array.from({ length: processes }, () => fork(import.meta.filename, []));
  const ready = Promise.all(children.map((child) => once(child, 'message')));
  for (const child of children) child.send({ ...job, url: server.url, seconds, processes });
  await ready;
  for (const child of children) child.send('go');
  const seen = await Promise.all(children.map(async (child) => (await once(child, 'message'))[0]));
  const sum = (name) => seen.reduce((total, one) => total + one[name], 0);
  const admissions = seen.flatMap((one) => one.admissions).sort((a, b) => a.at - b.at);
  return { admissions, calls: sum('calls'), denied: sum('denied') };
}

/** Tells how much of the limit got through, in as many whole windows as there were for sure. */
function goodput(admissions, limit) {
  const windows = Math.floor((1_000 * seconds) / WINDOW_MS) - 1;
  const end = admissions[0].at + windows * WINDOW_US;
  const within = admissions.filter(({ at }) => at < end);
  return within.reduce((sum, { cost }) => sum + cost, 0) / (limit * windows);
}

for (const processes of [1, 4]) {
  console.log(`\n${processes} ${processes === 1 ? 'process' : 'processes'}`);
  for (const limit of LIMITS) {
    const uniform = await together({ limit, pattern: 'uniform', share: 2 }, processes);
    const most = (admissions) => (mostInAnyWindow(admissions, WINDOW_US) / limit).toFixed(3);
    const title = `${limit} a second, twice as many calls`;
    report(`${title}: most in any window / limit`, most(uniform.admissions), 'goal: at most 1.00');
    const goal = `goal: at least ${percent(goodputGoal(limit))}`;
    report(`${title}: of the limit gets through`, percent(goodput(uniform.admissions, limit)), goal);
    const edges = await together({ limit, pattern: 'edges' }, processes);
    report(`${limit} a second, bursts at edges: most / limit`, most(edges.admissions), 'goal: at most 1.00');
    for (const share of SHARES) {
      const { calls, denied } = await together({ limit, pattern: 'compliant', share }, processes);
      report(`${limit} a second, client at ${percent(share)}: refused`, percent(denied / calls), 'goal: 0 %');
    }
  }
}

const opened = await openGateway(server.url);
console.log(`\nthe worst of ${tries} patterns`);
for (const limit of [10, 100, 300, 2_000]) {
  const most = await worstPattern(patternsOn(opened.gateway, limit), {
    limit,
    tries,
    random: new Random(limit),
  });
  report(`${limit} a window: most in any window / limit`, (most / limit).toFixed(3), 'goal: at most 1.00');
}
await opened.close();
await server.stop();
