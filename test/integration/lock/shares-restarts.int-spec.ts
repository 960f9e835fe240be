import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { RedisSuiteError } from '../../../src/common/errors.js';
import type { Lock } from '../../../src/lock/lock.js';
import type { LockService } from '../../../src/lock/lock.service.js';
import { startRedis } from '../../../src/testing/start-redis.js';
import type { TestRedis } from '../../../src/testing/test-redis.js';
import { openLocks } from '../../support/locks.js';
import { until } from '../../support/until.js';

const [CONTENDERS, ROUNDS, TTL_MS] = [6, 3, 400];
const OPTIONS = { ttl: TTL_MS, wait: 500 } as const;

interface Held {
  readonly lock: Lock;
  readonly isAlone: boolean;
}

/** Wants a share, and says whether it has to be alone. */
type Take = (locks: LockService) => Promise<Held>;

/** Notes who holds a share at a time, and counts those who should not have got one. */
class Watch {
  readonly #held = new Set<Held>();
  grants = 0;
  violations = 0;

  constructor(private readonly limit: number) {}

  enter(held: Held): void {
    this.grants++;
    const others = [...this.#held].filter(({ lock }) => isHeld(lock));
    const meetsAlone = others.length > 0 && (held.isAlone || others.some(({ isAlone }) => isAlone));
    if (isHeld(held.lock) && (others.length >= this.limit || meetsAlone)) this.violations++;
    this.#held.add(held);
  }

  leave(held: Held): void {
    this.#held.delete(held);
  }
}

function isHeld(lock: Lock): boolean {
  try {
    lock.assertHeld();
    return true;
  } catch {
    return false;
  }
}

async function contend(locks: LockService, take: Take, { watch, end }: { watch: Watch; end: AbortSignal }) {
  while (!end.aborted) {
    try {
      const held = await take(locks);
      watch.enter(held);
      const untilMs = performance.now() + 1_000 * Math.random() ** 4;
      while (!held.lock.signal.aborted && performance.now() < untilMs) await pause(1);
      watch.leave(held);
      await held.lock.release();
    } catch (error) {
      if (!(error instanceof RedisSuiteError)) throw error;
      await pause(1);
    }
  }
}

const CASES: [string, number, Take][] = [
  [
    'a semaphore',
    2,
    async (locks) => ({ lock: await locks.semaphore('s', 2).acquire(OPTIONS), isAlone: false }),
  ],
  [
    'a read-write lock',
    Infinity,
    async (locks) => {
      const [lock, isAlone] = [locks.readWrite('rw'), Math.random() < 0.3];
      return { lock: await (isAlone ? lock.write(OPTIONS) : lock.read(OPTIONS)), isAlone };
    },
  ],
];

describe('on a server that is killed and comes back empty', () => {
  let redis: TestRedis;

  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis?.stop());

  // Without `opens` in the record, which gives holders time to set their shares again, the semaphore counts 4 violations;
  // with nothing barred after the restart the read-write lock has some too.
  it.each(CASES)(
    '%s never has more holders than it may',
    async (_, limit, take) => {
      const watch = new Watch(limit);
      const namespace = randomUUID();
      const end = new AbortController();
      const all = await Promise.all(
        Array.from({ length: CONTENDERS }, () =>
          openLocks(redis.url, { namespace, ttl: TTL_MS, commandTimeout: 300 }),
        ),
      );
      const contenders = all.map(({ locks }) => contend(locks, take, { watch, end: end.signal }));
      const granted = (count: number) => {
        const { grants } = watch;
        return until(() => watch.grants >= grants + count, 30_000);
      };
      for (let round = 0; round < ROUNDS; round++) {
        await granted(10);
        await redis.kill();
        await pause(Math.random() * 50);
        await redis.restart();
        await granted(10);
      }
      end.abort();
      await Promise.all(contenders);
      await Promise.all(all.map(({ close }) => close()));
      expect(watch.violations).toBe(0);
    },
    120_000,
  );
});
