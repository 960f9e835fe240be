/** Wants locks, holds them and writes under them until it is ended: one of the processes of `locks.ts`. */
import { setTimeout as pause } from 'node:timers/promises';
import { RedisSuiteError } from '../../src/common/errors.js';
import type { Lock } from '../../src/lock/lock.js';
import { machineUs } from '../../src/lock/renewal/lease-slot.js';
import { openGateway } from '../support/gateway.js';
import { openLocks, type OpenLocks } from '../support/locks.js';
import { TTL_MS, type HolderOrder, type HolderWord } from './lock-record.js';
import { PERMITS, WRITER } from './lock-targets.js';

/** Accepts no write with a smaller fence than it has seen. KEYS[1] the last fence; ARGV[1] the fence. */
const FENCED_WRITE = {
  name: 'fenced-write-1',
  source: `if tonumber(redis.call('GET', KEYS[1]) or 0) > tonumber(ARGV[1]) then return 0 end
redis.call('SET', KEYS[1], ARGV[1])
redis.call('RPUSH', KEYS[1] .. ':all', ARGV[1])
return 1`,
};

const [, , url = '', storeUrl = '', namespace = ''] = process.argv;
const { locks } = await insist();
const { gateway: store } = await openGateway(storeUrl);
const tell = (word: HolderWord) => process.send?.(word);

/** Tries until the server is there. */
async function insist(): Promise<OpenLocks> {
  for (;;) {
    try {
      return await openLocks(url, { namespace, ttl: TTL_MS, wait: '1s', commandTimeout: 300 });
    } catch (error) {
      if (!(error instanceof RedisSuiteError)) throw error;
    }
  }
}

/** Says how something is held. */
interface Manner {
  /** Is what the holder counts for. */
  readonly weight?: number;
  /** Says whether nobody else holds it, so that a fence can protect what is written. */
  readonly isAlone?: boolean;
}

async function hold(lock: Lock, { weight = 1, isAlone = true }: Manner): Promise<void> {
  const untilMs = performance.now() + 2 * TTL_MS * Math.random() ** 6;
  const from = Number(machineUs());
  // A process that stood still since it got the lock has not held it.
  lock.assertHeld();
  let to = from;
  let writes = 0;
  let refused = 0;
  const mark = () => {
    for (const [resource, fence] of lock.fences)
      tell({ resource, fence: Number(fence), pid: process.pid, weight, from, to });
  };
  mark();
  try {
    for (let turn = 1; performance.now() < untilMs && !lock.signal.aborted; turn++) {
      const now = Number(machineUs());
      lock.assertHeld();
      to = now;
      if (turn % 10 === 0) mark();
      for (const [resource, fence] of isAlone ? lock.fences : []) {
        const reply = await store.run({ script: FENCED_WRITE, keys: [resource], args: [String(fence)] });
        if (reply === 1) writes++;
        else refused++;
      }
      await pause(4);
    }
  } finally {
    mark();
    tell({ writes, refused });
  }
}

async function lane(acquire: () => Promise<Lock>, manner: Manner = {}): Promise<never> {
  for (;;) {
    try {
      const lock = await acquire();
      try {
        await hold(lock, manner);
      } finally {
        await lock.release();
      }
    } catch (error) {
      if (!(error instanceof RedisSuiteError)) throw error;
      tell({ ended: 'reason' in error ? `${error.code} ${String(error.reason)}` : error.code });
      await pause(20 * Math.random());
    }
  }
}

tell({ ready: true });
process.on('message', ({ blockMs }: HolderOrder) => {
  const endMs = performance.now() + blockMs;
  while (performance.now() < endMs);
});
process.on('disconnect', () => process.exit());
const access = locks.readWrite('access');
void lane(() => locks.acquire('a'));
void lane(() => locks.acquire('b'));
void lane(() => locks.acquire(['b', 'a']));
void lane(() => locks.acquire('kept', { renewInWorker: { max: 3 * TTL_MS } }));
void lane(() => locks.semaphore('permits', PERMITS).acquire(), { isAlone: false });
void lane(() => access.read(), { isAlone: false });
void lane(() => access.write(), { weight: WRITER });
