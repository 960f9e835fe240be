// Measures what a lock does when something goes wrong: a head of the queue that is dead or frozen, a lock taken by
// force, and many leases to prolong. Ours only: the peers have no queue, tell nobody, and prolong one by one. A lock taken
// by force alternates with one bare PUBLISH to its holder, whose tail is that of the machine.
//   node --import ./test/support/typescript.mjs bench/locks/faults.mjs [rounds = 20]
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { Redis } from 'ioredis';
import { setTimeout as pause } from 'node:timers/promises';
import { startRedis } from '../../src/testing/start-redis.ts';
import { CLAIM_MS } from '../../src/lock/lock.constants.ts';
import { openLocks } from '../../test/support/locks.ts';
import { until } from '../../test/support/until.ts';
import { median, quantile, report } from '../turns.mjs';
import { now, Worker } from './workers.mjs';

const [rounds = 20] = process.argv.slice(2).map(Number);
const TTL_MS = 60_000;

const server = await startRedis();
const namespace = randomUUID();
const { locks, gateway, close } = await openLocks(server.url, { namespace, wait: '10m' });
const start = () => Worker.start('ours', server.url, namespace);
const waitingFor = (resource, count) => until(async () => (await locks.inspect(resource))?.waiting === count);
const stations = async () =>
  (await gateway.send(['PUBSUB', 'CHANNELS', `${namespace}:lock:station:*`])).length;

/** Lets a process stand at the head of a queue, has something happen to it, and sees how long the next one waits. */
async function skipHead(resource, befall) {
  const head = await start();
  const lock = await locks.acquire(resource, { ttl: TTL_MS });
  void head.ask('pass', { resource, ttlMs: TTL_MS }).catch(() => undefined);
  await waitingFor(resource, 1);
  const next = locks.acquire(resource, { ttl: TTL_MS });
  await waitingFor(resource, 2);
  await befall(head);
  const from = now();
  await lock.release();
  const after = await next;
  const took = now() - from;
  await head.stop();
  await after.release();
  return took;
}

async function die(head) {
  const listening = await stations();
  await head.stop();
  await until(async () => (await stations()) === listening - 1);
}

function freeze(head) {
  head.kill('SIGSTOP');
  return pause(20);
}

async function forceRelease(holder, i) {
  const resource = `forced:${i}`;
  await holder.ask('hold', { resource, ttlMs: TTL_MS });
  const from = now();
  await locks.forceRelease(resource, 'bench');
  return (await holder.heard('aborted')) - from;
}

async function publish(holder) {
  const from = now();
  await gateway.send([
    'PUBLISH',
    'hop',
    'a message about as long as the one that says that a lock was revoked',
  ]);
  return (await holder.heard('heard')) - from;
}

/** Counts the commands that prolong many leases once. */
async function renewMany(count) {
  const client = new Redis(server.url);
  const monitor = await client.monitor();
  const commands = [];
  monitor.on('monitor', (at, [command], source) => {
    if (source !== 'lua' && /^eval/i.test(command)) commands.push(Number(at));
  });
  const held = await Promise.all(
    Array.from({ length: count }, (_, i) => locks.acquire(`many:${i}`, { ttl: 6_000 })),
  );
  await pause(200);
  commands.length = 0;
  await once(monitor, 'monitor');
  await pause(500);
  for (const lock of held) lock.assertHeld();
  const sent = commands.length;
  await Promise.all(held.map((lock) => lock.release()));
  monitor.disconnect();
  client.disconnect();
  return sent;
}

const dead = [];
for (let i = 0; i < Math.ceil(rounds / 4); i++) dead.push(await skipHead(`dead:${i}`, die));
report('dead head of the queue skipped, p50 ms', median(dead).toFixed(2), '<= 5');

const frozen = [];
for (let i = 0; i < Math.ceil(rounds / 4); i++) frozen.push(await skipHead(`frozen:${i}`, freeze));
report('frozen head skipped, most ms', Math.max(...frozen).toFixed(0), `<= ${CLAIM_MS + 100}`);

const holder = await start();
const forced = [];
const hops = [];
await holder.ask('listen', { channel: 'hop' });
for (let i = 0; i < rounds * 25; i++) {
  forced.push(await forceRelease(holder, i));
  hops.push(await publish(holder));
}
await holder.stop();
report('one PUBLISH to the same process, p50 ms', median(hops).toFixed(2), '');
report('one PUBLISH to the same process, p99 ms', quantile(hops, 0.99).toFixed(2), '');
report('force release to abort, p50 ms', median(forced).toFixed(2), '');
report('force release to abort, p99 ms', quantile(forced, 0.99).toFixed(2), '<= 1');
report('commands to prolong 1,000 leases', String(await renewMany(1_000)), '<= 10');

await close();
await server.stop();
