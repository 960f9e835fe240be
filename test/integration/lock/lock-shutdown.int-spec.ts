import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startRedis } from '../../../src/testing/start-redis.js';
import type { TestRedis } from '../../../src/testing/test-redis.js';
import { HandClock } from '../../support/hand-clock.js';
import { openLocks } from '../../support/locks.js';
import { until } from '../../support/until.js';

describe('A process that is told to end while it holds a lock', () => {
  let server: TestRedis;
  beforeAll(async () => (server = await startRedis()));
  afterAll(() => server?.stop());

  it('leaves the holder five seconds, tells it to stop then, and gives no lock any more', async () => {
    const clock = new HandClock();
    const { locks, close } = await openLocks(server.url, { namespace: randomUUID(), clock });
    const held = await locks.acquire('thing', { renew: false });
    locks.onModuleDestroy();
    await clock.move(4_999);
    expect(held.signal.aborted).toBe(false);
    // Requests under way may still need one.
    await (await locks.acquire('another')).release();
    await clock.move(1);
    expect(held.signal.aborted).toBe(true);
    await expect(locks.acquire('a third')).rejects.toMatchObject({ code: 'E_REDIS_UNAVAILABLE' });
    await close();
  });

  // Seen to fail: nobody told it, and a request that waited for its signal kept the application from closing for ever.
  it('tells the holder of a lock on several servers to stop after five seconds, too', async () => {
    const another = await startRedis();
    const namespace = randomUUID();
    const nodes = await Promise.all([server, another].map(({ url }) => openLocks(url, { namespace })));
    const clock = new HandClock();
    const find = (name: string) => nodes[Number(name)]?.gateway;
    const { locks, close } = await openLocks(server.url, { namespace, clock, find });
    const quorum = locks.quorum(['0', '1']);
    const held = await quorum.acquire('thing', { renew: false });
    locks.onModuleDestroy();
    await clock.move(4_999);
    expect(held.signal.aborted).toBe(false);
    await clock.move(1);
    expect(held.signal.reason).toMatchObject({ reason: 'shutdown' });
    await expect(quorum.acquire('another')).rejects.toMatchObject({ code: 'E_REDIS_UNAVAILABLE' });
    await close();
    await Promise.all(nodes.map((node) => node.close()));
    await another.stop();
  });

  // Seen to fail: the holder who stopped as told gave back a second time, and was told that somebody had taken the lock.
  it('tells the loss of a lock once, and gives it back once', async () => {
    const { locks, events, close } = await openLocks(server.url, { namespace: randomUUID() });
    const told: string[] = [];
    events.on('lock:lost', ({ reason }) => told.push(reason));
    events.on('lock:released', () => told.push('released'));
    const work = locks.withLock('thing', async ({ signal }) => {
      await new Promise((resolve) => signal.addEventListener('abort', resolve));
    });
    await until(async () => (await locks.inspect('thing')) !== null);
    await Promise.all([locks.onApplicationShutdown(), work]);
    expect(told).toEqual(['shutdown', 'released']);
    await close();
  });
});
