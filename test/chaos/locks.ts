/**
 * Lets six processes want the same locks while holders, the server and the network fail at random, and counts who held a
 * lock together: `node --import ./test/support/typescript.mjs test/chaos/locks.ts [minutes = 5] [seed]`.
 *
 * Ends with 1 when more was held than may be, a fence fell, or a write was accepted out of order.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { Redis } from 'ioredis';
import { startRedis } from '../../src/testing/start-redis.js';
import { machineUs } from '../../src/lock/renewal/lease-slot.js';
import { openLocks } from '../support/locks.js';
import { Random } from '../support/random.js';
import { LOCK_FAULTS } from './lock-faults.js';
import { Holders } from './lock-holders.js';
import { LockRecord, TTL_MS } from './lock-record.js';
import { LOCK_TARGETS } from './lock-targets.js';

const HOLDERS = 6;
/** Is for how long a fault is left to itself before the next one begins beside it, at most. */
const MOST_PAUSE_MS = 2_000;

const [minutes = 5, seed = Date.now() % 1_000_000] = process.argv.slice(2).map(Number);
const random = new Random(seed);
const namespace = `chaos${seed}`;
const record = new LockRecord();
const server = await startRedis();
const store = await startRedis();
const admin = await openLocks(server.url, { namespace, ttl: TTL_MS, commandTimeout: 300 });
const holders = await Holders.start({
  count: HOLDERS,
  target: server.url,
  store: store.url,
  namespace,
  record,
});
const counts = new Map<string, number>();

async function outOfOrder(): Promise<number> {
  const client = new Redis(store.url);
  let fallen = 0;
  for (const { name } of LOCK_TARGETS) {
    const fences = (await client.lrange(`${name}:all`, 0, -1)).map(Number);
    fallen += fences.filter((fence, i) => i > 0 && fence < fences[i - 1]!).length;
  }
  client.disconnect();
  return fallen;
}

console.log(`${minutes} minutes, seed ${seed}`);
const endMs = performance.now() + minutes * 60_000;
const stage = { server, admin, holders, random, record };
const going = new Set<Promise<void>>();
while (performance.now() < endMs) {
  const name = random.pick(Object.keys(LOCK_FAULTS));
  counts.set(name, (counts.get(name) ?? 0) + 1);
  const from = Number(machineUs());
  const fault = LOCK_FAULTS[name]!(stage).then((whom) => {
    record.fault(`${name} ${whom}`, from);
    going.delete(fault);
  });
  going.add(fault);
  await pause(random.below(MOST_PAUSE_MS));
}
await Promise.all(going);
await holders.stop();
await admin.close();
const accepted = await outOfOrder();
await Promise.all([server.stop(), store.stop()]);

const { examples, ...verdict } = record.judge();
console.table({ ...Object.fromEntries(counts) });
console.table({ ...holders.counts });
console.table({ ...verdict, 'writes accepted out of order': accepted });
for (const example of examples) console.error(example);
process.exit(verdict.overlaps + verdict.fencesFallen + accepted === 0 && verdict.grants > 0 ? 0 : 1);
