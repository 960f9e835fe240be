import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { LockMeter } from '../../../src/monitoring/lock-meter.js';
import { startRedis } from '../../../src/testing/start-redis.js';
import type { TestRedis } from '../../../src/testing/test-redis.js';
import { openLocks, type OpenLocks } from '../../support/locks.js';
import { until } from '../../support/until.js';

let redis: TestRedis;
let opened: OpenLocks;

beforeAll(async () => {
  redis = await startRedis();
  opened = await openLocks(redis.url, { namespace: randomUUID() });
});
afterAll(async () => {
  await opened?.close();
  await redis?.stop();
});

it('locks are counted, with how long they were waited for and held', async () => {
  const { locks, events } = opened;
  const meter = new LockMeter(events);
  expect(meter.snapshot()).toMatchObject({ acquired: 0, wait: null, hold: null });
  const first = await locks.acquire('a');
  expect(await locks.tryAcquire('a')).toBeNull();
  await expect(locks.acquire('a', { wait: 20 })).rejects.toThrow('did not become free');
  const second = locks.acquire('a');
  await until(async () => (await locks.inspect('a'))?.waiting === 1);
  await first.release();
  await (await second).release();
  const lost = await locks.acquire(['b', 'c']);
  await locks.forceRelease('b', 'test');
  await until(() => lost.signal.aborted);
  await lost.release();
  await locks.semaphore('d', 1).withPermit(() => undefined);
  const { wait, hold, ...counts } = meter.snapshot();
  expect(counts).toEqual({ acquired: 5, queued: 1, busy: 1, timedOut: 1, lost: 1, skipped: 0, forced: 1 });
  expect([wait?.count, hold?.count]).toEqual([5, 4]);
  expect(hold!.maxMs).toBeGreaterThan(19);
});
