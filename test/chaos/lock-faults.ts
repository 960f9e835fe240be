import { setTimeout as pause } from 'node:timers/promises';
import { Redis } from 'ioredis';
import type { TestRedis } from '../../src/testing/test-redis.js';
import type { OpenLocks } from '../support/locks.js';
import type { Random } from '../support/random.js';
import { machineUs } from '../../src/lock/renewal/lease-slot.js';
import type { Holders } from './lock-holders.js';
import { TTL_MS, type LockRecord } from './lock-record.js';
import { force, LOCK_TARGETS } from './lock-targets.js';

/** Is what faults happen to. */
export interface LockStage {
  readonly server: TestRedis;
  readonly admin: OpenLocks;
  readonly holders: Holders;
  readonly record: LockRecord;
  readonly random: Random;
}

/** Is for how long a process that has seen nothing before must not be there after a restart. */
const UNKNOWING_MS = TTL_MS + 3_000;
let restartedAtMs = -Infinity;
/** One thing at a time happens to the server. */
let server: Promise<void> = Promise.resolve();

const some = ({ random }: LockStage) => 50 + random.below(2 * TTL_MS);

async function toServer(fault: () => Promise<void>): Promise<string> {
  server = server.then(fault);
  await server;
  return '';
}

async function proxied(
  stage: LockStage,
  fail: (proxy: Holders['all'][number]['proxy']) => void,
): Promise<string> {
  const { proxy, child } = stage.random.pick(stage.holders.all);
  fail(proxy);
  await pause(some(stage));
  proxy.resume();
  return String(child.pid);
}

/** What found no answer may be done all the same once the server runs again, before it answers anything that is newer. */
async function answered({ gateway }: OpenLocks): Promise<void> {
  while ((await gateway.send(['PING']).catch(() => null)) === null) await pause(20);
  await pause(50);
}

/** Each resolves when it is over, with the process or the lock that it happened to, if it did to one. */
export const LOCK_FAULTS: Record<string, (stage: LockStage) => Promise<string>> = {
  'holder frozen': async (stage) => {
    const { child } = stage.random.pick(stage.holders.all);
    child.kill('SIGSTOP');
    await pause(some(stage));
    child.kill('SIGCONT');
    return String(child.pid);
  },
  'holder killed': async (stage) => {
    const holder = stage.random.pick(stage.holders.all);
    const { pid } = holder.child;
    await stage.holders.kill(holder);
    await pause(some(stage));
    // Who was not there before the server restarted cannot know that it has forgotten something.
    while (performance.now() < restartedAtMs + UNKNOWING_MS) await pause(100);
    if (holder.child.signalCode !== null) stage.holders.replace(holder);
    return String(pid);
  },
  'event loop blocked': async (stage) => {
    const { holders, random } = stage;
    const blockMs = some(stage);
    const holder = random.pick(holders.all);
    holders.order(holder, { blockMs });
    await pause(blockMs);
    return String(holder.child.pid);
  },
  'cut off': (stage) => proxied(stage, (proxy) => proxy.freeze()),
  'connections refused': (stage) => proxied(stage, (proxy) => proxy.drop({ refuseNew: true })),
  'slow network': (stage) => proxied(stage, (proxy) => proxy.delay(10 + stage.random.below(300))),
  'connections dropped': async ({ holders, random }) => {
    const { proxy, child } = random.pick(holders.all);
    proxy.drop();
    return String(child.pid);
  },
  'server frozen': (stage) =>
    toServer(async () => {
      await stage.server.freeze();
      await pause(some(stage));
      await stage.server.resume();
    }),
  'server killed, back empty': (stage) =>
    toServer(async () => {
      // Whoever has not seen the last one would take this one for the first.
      if (performance.now() < restartedAtMs + 2 * UNKNOWING_MS || stage.holders.starting > 0) return;
      restartedAtMs = Infinity;
      await stage.server.kill();
      await pause(stage.random.below(TTL_MS));
      await stage.server.restart();
      restartedAtMs = performance.now();
    }),
  'server paused': (stage) =>
    toServer(async () => {
      const client = new Redis(stage.server.url);
      await client.call('CLIENT', 'PAUSE', 50 + stage.random.below(TTL_MS), 'ALL');
      client.disconnect();
    }),
  'lock forced': async ({ admin, random, record }) => {
    const target = random.pick(LOCK_TARGETS);
    const from = Number(machineUs());
    await force(admin.locks, target).catch(() => answered(admin));
    record.forced(target.name, from);
    return target.name;
  },
  'lock deleted': async ({ admin, random }) => {
    const { name, kind } = random.pick(LOCK_TARGETS);
    await admin.gateway.send(['DEL', admin.keysOf(name, kind).lease]).catch(() => answered(admin));
    return name;
  },
};
