import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { RedisReplyError } from '../../../src/connection/connection.errors.js';
import { startRedis } from '../../../src/testing/start-redis.js';
import type { TestRedis } from '../../../src/testing/test-redis.js';
import { openLocks, type OpenLocks } from '../../support/locks.js';

describe('locks that one turn of the event loop asks for', () => {
  let redis: TestRedis;
  let here: OpenLocks;
  let commands: string[] = [];

  beforeAll(async () => {
    redis = await startRedis();
    here = await openLocks(redis.url, { namespace: randomUUID() });
    here.events.on('connection:command', ({ command }) => commands.push(command));
    await (await here.locks.acquire('warm-up')).release();
  });
  beforeEach(() => {
    commands = [];
  });
  afterAll(async () => {
    await here?.close();
    await redis?.stop();
  });

  const sent = (script: string) => commands.filter((command) => command === script).length;

  it('are acquired and released together', async () => {
    const names = Array.from({ length: 40 }, (_, i) => `together:${i}`);
    const locks = await Promise.all(names.map((name) => here.locks.acquire(name)));
    expect(locks.map(({ resource }) => resource)).toEqual(names);
    expect(sent('acquire-n')).toBe(2);
    expect(await Promise.all(locks.map((lock) => lock.release()))).toEqual(names.map(() => true));
    expect(sent('release-n')).toBe(2);
  });

  it('are free, held and new side by side, each with its own answer', async () => {
    await (await here.locks.acquire('free')).release();
    const held = await here.locks.acquire('held');
    const [free, busy, fresh] = await Promise.all(
      ['free', 'held', 'fresh'].map((name) => here.locks.tryAcquire(name)),
    );
    expect(free).toMatchObject({ resource: 'free' });
    expect(busy).toBeNull();
    expect(fresh).toMatchObject({ resource: 'fresh' });
    await Promise.all([held, free!, fresh!].map((lock) => lock.release()));
  });

  it('are handed out in the order of the calls', async () => {
    const order: number[] = [];
    const fences: bigint[] = [];
    const turns = Array.from({ length: 20 }, (_, i) =>
      here.locks.withLock('one', ({ fence }) => {
        order.push(i);
        fences.push(fence);
      }),
    );
    await Promise.all(turns);
    expect(order).toEqual(turns.map((_, i) => i));
    expect(fences).toEqual(fences.toSorted((a, b) => (a < b ? -1 : 1)));
    expect(new Set(fences).size).toBe(20);
  });

  it('fail alone when something of another kind stands under their keys', async () => {
    const { queue } = here.keysOf('spoilt');
    await here.gateway.send(['SET', queue, 'no list']);
    const [good, spoilt, better] = await Promise.allSettled(
      ['good', 'spoilt', 'better'].map((name) => here.locks.acquire(name)),
    );
    expect(spoilt).toMatchObject({ status: 'rejected', reason: { replyCode: 'WRONGTYPE' } });
    expect((spoilt as PromiseRejectedResult).reason).toBeInstanceOf(RedisReplyError);
    expect(good).toMatchObject({ status: 'fulfilled', value: { resource: 'good' } });
    expect(better).toMatchObject({ status: 'fulfilled', value: { resource: 'better' } });
    await here.gateway.send(['DEL', queue]);
    const again = await here.locks.acquire('spoilt');
    await here.gateway.send(['SET', queue, 'no list']);
    const locks = [good, better].map((each) => (each as PromiseFulfilledResult<typeof again>).value);
    const releases = await Promise.allSettled([locks[0]!, again, locks[1]!].map((lock) => lock.release()));
    expect(releases.map(({ status }) => status)).toEqual(['fulfilled', 'rejected', 'fulfilled']);
    await here.gateway.send(['DEL', queue]);
  });
});
