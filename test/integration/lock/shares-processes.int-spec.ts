import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startRedis } from '../../../src/testing/start-redis.js';
import type { TestRedis } from '../../../src/testing/test-redis.js';
import { LockWorker } from '../../support/lock-workers.js';
import { openLocks, type OpenLocks } from '../../support/locks.js';
import { until } from '../../support/until.js';

/** Is how far off the wall clocks of the processes are: leases by client clocks would end at once, or never. */
const SKEWS_MS = [-9_000, 0, 9_000];
const LOAD = { waiters: 6, rounds: 15 };

describe('semaphores and read-write locks in several processes', () => {
  const namespace = randomUUID();
  let redis: TestRedis;
  let here: OpenLocks;
  const workers: LockWorker[] = [];
  const start = async (skewMs: number) => {
    const worker = await LockWorker.start(redis.url, namespace, skewMs);
    workers.push(worker);
    return worker;
  };
  const inspect = (name: string) => here.locks.semaphore(name, 1).inspect();

  beforeAll(async () => {
    redis = await startRedis();
    here = await openLocks(redis.url, { namespace });
    await Promise.all(SKEWS_MS.map(start));
  }, 60_000);
  afterAll(async () => {
    await Promise.all(workers.map((worker) => worker.stop()));
    await here?.close();
    await redis?.stop();
  });

  // With `is_free` in _shares.lua answering true, 256 of 270 holders were one too many, and 220 with three permits.
  it.each([1, 3])(
    'never have more holders than %d permits, whatever their clocks say',
    async (permits) => {
      const order = { do: 'share', name: `hot:${permits}`, permits, ...LOAD } as const;
      for (const worker of workers) worker.tell(order);
      const ends = await Promise.all(workers.map((worker) => worker.heard('overlaps')));
      expect(ends).toEqual(ends.map(() => ({ overlaps: 0 })));
      expect(await inspect(order.name)).toEqual([]);
    },
    60_000,
  );

  // With a weight of 1 for writers, 240 of 270 holders met somebody whom they must not meet.
  it('never let a writer in beside anybody', async () => {
    for (const worker of workers) worker.tell({ do: 'read-write', name: 'prices', ...LOAD });
    const ends = await Promise.all(workers.map((worker) => worker.heard('overlaps')));
    expect(ends).toEqual(ends.map(() => ({ overlaps: 0 })));
  }, 60_000);

  // If new readers were let in beside those inside, the write would wait until they all stop, and time out.
  it('let a writer in while readers keep coming from everywhere', async () => {
    const lock = here.locks.readWrite('busy');
    let isOver = false;
    let reads = 0;
    const reader = async () => {
      while (!isOver) {
        await lock.withRead(async () => {
          reads++;
          await new Promise((resolve) => setTimeout(resolve, 20));
        });
      }
    };
    const readers = Array.from({ length: 8 }, async (_, i) => {
      await new Promise((resolve) => setTimeout(resolve, i * 5));
      await reader();
    });
    await until(() => reads > 20);
    for (let i = 0; i < 5; i++) await lock.withWrite(() => undefined, { wait: '1s' });
    isOver = true;
    await Promise.all(readers);
    expect(reads).toBeGreaterThan(20);
  });

  it('get the permits of processes back that were killed, and not before their leases end', async () => {
    const [dead, name] = [await start(9_000), 'killed'];
    for (let i = 0; i < 2; i++) {
      dead.tell({ do: 'permit', name, permits: 2, ttl: 400 });
      await dead.heard('fence');
    }
    expect(await inspect(name)).toHaveLength(2);
    await dead.stop();
    const semaphore = here.locks.semaphore(name, 2);
    expect(await semaphore.tryAcquire()).toBeNull();
    const permits = await Promise.all([semaphore.acquire(), semaphore.acquire()]);
    for (const permit of permits) expect(await permit.release()).toBe(true);
  }, 60_000);

  it('skip a writer who died waiting: readers behind it need not wait for the reader before it', async () => {
    const [dead, name] = [await start(0), 'dead-writer'];
    const lock = here.locks.readWrite(name);
    await using _reader = await lock.read();
    dead.tell({ do: 'read-write', name, waiters: 1, rounds: 1 });
    await until(async () => (await lock.inspect())[0]?.waiting === 1);
    await dead.stop();
    await using _next = await lock.read({ wait: '5s' });
    expect(await lock.inspect()).toHaveLength(2);
  }, 60_000);

  it('pass over a process that is frozen when its turn comes, and refuse it when it wakes up', async () => {
    const [frozen, name] = [await start(0), 'frozen'];
    const semaphore = here.locks.semaphore(name, 1);
    const permit = await semaphore.acquire({ ttl: '1h' });
    frozen.tell({ do: 'permit', name, permits: 1, ttl: 60_000 });
    await until(async () => (await inspect(name))[0]?.waiting === 1);
    const next = semaphore.acquire({ wait: '1h' });
    await until(async () => (await inspect(name))[0]?.waiting === 2);
    await frozen.caughtUp();
    frozen.signal('SIGSTOP');
    await permit.release();
    const second = await next;
    frozen.signal('SIGCONT');
    await until(async () => (await inspect(name))[0]?.waiting === 1);
    second.assertHeld();
    await second.release();
    const { fence } = await frozen.heard('fence');
    expect(BigInt(fence)).toBeGreaterThan(second.fence);
  }, 60_000);
});
