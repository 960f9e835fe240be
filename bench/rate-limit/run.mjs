// Measures decisions of ours beside the least a limiter could do: EVALSHA of INCR and PEXPIRE on the same kind of
// connection; and those of three windows at once beside three single calls of a peer. All contenders take turns in one run on one server; what counts is the ratio, the median of the rounds.
//   node --import ./test/support/typescript.mjs bench/rate-limit/run.mjs [rounds] [ms a turn]
import { randomUUID } from 'node:crypto';
import { startRedis } from '../../src/testing/start-redis.ts';
import { openGateway } from '../../test/support/gateway.ts';
import { limitsOver } from '../../test/support/rate-limits.ts';
import { median } from '../turns.mjs';

const [rounds = 7, turnMs = 1_000] = process.argv.slice(2).map(Number);
const KEYS = 10_000;
const WINDOW_MS = 3_600_000;
const RAW_SCRIPT = `local n = redis.call('INCR', KEYS[1])
if n == 1 then redis.call('PEXPIRE', KEYS[1], ARGV[1]) end
return n`;

const server = await startRedis();
const { gateway, client, close } = await openGateway(server.url);
const limits = limitsOver(gateway, { decisionTimeout: '10s' });
const sha = await client.script('LOAD', RAW_SCRIPT);
const prefix = randomUUID();

const raw = (subject) => client.evalsha(sha, 1, `${prefix}:${subject}`, WINDOW_MS);

function ours(algorithm, limit) {
  const policy = { name: `${algorithm}-${limit}`, limit, window: WINDOW_MS, algorithm };
  return (subject) => limits.consume(policy, subject);
}

function threeWindows(algorithm) {
  const policies = [1, 2, 3].map((n) => {
    return { name: `${algorithm}-${n}`, limit: 1_000_000, window: n * WINDOW_MS, algorithm };
  });
  return (subject) => limits.consume(policies, subject);
}

/** Answers the peer, one call and three single calls of it, if it is installed: see README.md. */
async function peers() {
  const { RateLimiterRedis } = await import('rate-limiter-flexible').catch(() => ({}));
  if (RateLimiterRedis === undefined) return null;
  const windows = [1, 2, 3].map((n) => {
    const duration = (n * WINDOW_MS) / 1_000;
    return new RateLimiterRedis({ storeClient: client, points: 1_000_000, duration, keyPrefix: `peer${n}` });
  });
  return {
    one: (subject) => windows[0].consume(subject),
    three: (subject) => Promise.all(windows.map((window) => window.consume(subject))),
  };
}

const peer = await peers();
const CASES = [
  { title: '64 in flight, 10,000 keys', inFlight: 64, keys: KEYS },
  { title: 'one at a time', inFlight: 1, keys: KEYS },
];
const CONTENDERS = {
  'raw EVALSHA INCR + PEXPIRE': raw,
  'fixed-window': ours('fixed-window', 1_000_000),
  gcra: ours('gcra', 1_000_000),
  'token-bucket': ours('token-bucket', 1_000_000),
  'sliding-window (limit 100)': ours('sliding-window', 100),
  'sliding-window (limit 1,000,000)': ours('sliding-window', 1_000_000),
  ...(peer && { 'rate-limiter-flexible (fixed)': peer.one }),
};
const WINDOWS = {
  ...(peer && { 'rate-limiter-flexible, three calls': peer.three }),
  'three sliding windows at once': threeWindows('sliding-window'),
  'three fixed windows at once': threeWindows('fixed-window'),
};

/** Calls for a turn; answers calls a second. */
async function turn(call, { inFlight, keys }) {
  const start = performance.now();
  let calls = 0;
  const caller = async () => {
    while (performance.now() - start < turnMs) await call(`s${calls++ % keys}`);
  };
  await Promise.all(Array.from({ length: inFlight }, caller));
  return (calls / (performance.now() - start)) * 1_000;
}

/** Lets all contenders take turns, the first being what the others are compared with; prints a table. */
async function measure(contenders, shape) {
  const names = Object.keys(contenders);
  const rates = Object.fromEntries(names.map((name) => [name, []]));
  for (const name of names) await turn(contenders[name], shape); // warms up
  for (let round = 0; round < rounds; round++)
    for (const name of names) rates[name].push(await turn(contenders[name], shape));
  const base = rates[names[0]];
  console.log(`\n${shape.title}: calls a second and ratio to the first, medians of ${rounds} rounds`);
  for (const name of names) {
    const ratio = median(rates[name].map((rate, i) => rate / base[i]));
    console.log(
      `  ${name.padEnd(34)} ${Math.round(median(rates[name])).toString().padStart(9)}  ${ratio.toFixed(2)}`,
    );
  }
}

async function commandsProcessed() {
  return Number(/total_commands_processed:(\d+)/.exec(await client.info('stats'))[1]);
}

for (const shape of CASES) await measure(CONTENDERS, shape);
for (const shape of CASES) await measure(WINDOWS, { ...shape, title: `three windows, ${shape.title}` });

const denied = ours('sliding-window', 1);
for (let i = 0; i < 20; i++) await denied('s0');
await measure(
  { raw, 'denied subject': denied },
  { title: 'one denied subject, 64 in flight', inFlight: 64, keys: 1 },
);
const alone = await commandsProcessed();
const rate = await turn(denied, { inFlight: 64, keys: 1 });
console.log(
  `  denied alone: ${Math.round(rate)} a second, ${(await commandsProcessed()) - alone - 1} commands`,
);

await close();
await server.stop();
