// How soon four processes that keep a value read what redis-cli has put in its place, and what it costs writes that
// processes follow the keys.
//   node --import ./test/support/typescript.mjs bench/cache/coherence.mjs [changes = 500] [rounds = 5] [ms a turn = 500]
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { startRedis } from '../../src/testing/start-redis.ts';
import { runProgram } from '../../test/support/run-program.ts';
import { until } from '../../test/support/until.ts';
import { compareRates, quantile, report } from '../turns.mjs';

const [changes, rounds, turnMs] = [500, 5, 500].map((given, i) => Number(process.argv[i + 2] ?? given));
const PROCESSES = 4;
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

const redis = await startRedis({ kind: 'native' });
const client = new Redis(redis.url);

/** Starts processes that keep a key and look at it every millisecond; each change is the time at which it was made. */
function follow(namespace, processes) {
  const source = `
    import { openCache } from './test/support/cache.ts';
    const { cache, client, close } = await openCache(${JSON.stringify(redis.url)}, { namespace: ${JSON.stringify(namespace)} });
    const isOver = async () => (await client.exists('${namespace}:stop')) === 1;
    const lateMs = [];
    let seen = await cache.get('k');
    while ((await cache.get('k'), cache.stats().l1Hits === 0)) await new Promise((resolve) => setTimeout(resolve, 5));
    await client.incr('${namespace}:ready');
    for (let look = 1; look % 200 !== 0 || !(await isOver()); look++) {
      const value = await cache.get('k');
      if (value !== seen) lateMs.push(performance.timeOrigin + performance.now() - value);
      seen = value;
      await new Promise((resolve) => setTimeout(resolve, 1));
    }
    const { l1Hits, l2Hits } = cache.stats();
    console.log(JSON.stringify({ lateMs, l1Hits, l2Hits }));
    await close();
  `;
  const ends = Array.from({ length: processes }, () => runProgram(source, { limitMs: 120_000 }));
  return {
    ready: () => until(async () => Number(await client.get(`${namespace}:ready`)) === processes, 60_000),
    stop: async () => {
      await client.set(`${namespace}:stop`, 1, 'PX', 60_000);
      return (await Promise.all(ends)).map(({ stdout, stderr }) => {
        if (stderr !== '') throw new Error(stderr);
        return JSON.parse(stdout);
      });
    },
  };
}

/** Changes a key with the program that operators use, which takes its commands from us and answers each. */
async function changeByHand(key) {
  const { hostname, port, password } = new URL(redis.url);
  const login = password === '' ? [] : ['--no-auth-warning', '-a', password];
  const cli = spawn('redis-cli', ['-h', hostname, '-p', port, ...login], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  cli.stdout.resume();
  for (let change = 0; change < changes; change++) {
    cli.stdin.write(`SET ${key} ${performance.timeOrigin + performance.now()}\n`);
    await pause(5 + Math.random() * 10);
  }
  cli.stdin.end();
}

const namespace = `bench-${randomUUID()}`;
const key = `${namespace}:cache:k`;
await client.set(key, 0);
const crowd = follow(namespace, PROCESSES);
await crowd.ready();
await changeByHand(key);
await pause(100);
const reports = await crowd.stop();
const lateMs = reports.flatMap((one) => one.lateMs);
console.log(`\n${changes} changes by redis-cli, ${PROCESSES} processes that look every millisecond`);
report(
  'changes seen, of each process, least',
  String(Math.min(...reports.map((one) => one.lateMs.length))),
  '',
);
report('until the new value is read, p50', `${quantile(lateMs, 0.5).toFixed(2)} ms`, '');
report('until the new value is read, p99', `${quantile(lateMs, 0.99).toFixed(2)} ms`, 'goal: < 5 ms');

for (const processes of [1, PROCESSES]) {
  const followed = `bench-${randomUUID()}`;
  await client.set(`${followed}:cache:k`, 0);
  const followers = follow(followed, processes);
  await followers.ready();
  let next = 0;
  const writes = (prefix) => () => client.set(`${prefix}:${next++ % 10_000}`, '{"id":1}');
  await compareRates(
    `SET, 64 callers, ${processes} of whose keys follow`,
    { 'nobody follows': writes(`${followed}:other`), followed: writes(`${followed}:cache`) },
    { rounds, turnMs, inFlight: 64 },
  );
  await followers.stop();
}
await client.quit();
await redis.stop();
