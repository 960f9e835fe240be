import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { LockRefusedError } from '../../../src/lock/lock.errors.js';
import { startRedis } from '../../../src/testing/start-redis.js';
import type { TestRedis } from '../../../src/testing/test-redis.js';
import { openLocks, type OpenLocks } from '../../support/locks.js';

describe('locks on a server that may evict them', () => {
  let redis: TestRedis;
  let strict: OpenLocks;
  let lenient: OpenLocks;

  beforeAll(async () => {
    redis = await startRedis();
    const namespace = randomUUID();
    strict = await openLocks(redis.url, { namespace, requireNoEviction: true });
    lenient = await openLocks(redis.url, { namespace });
    await lenient.gateway.send(['CONFIG', 'SET', 'maxmemory-policy', 'allkeys-lru']);
  });
  afterAll(async () => {
    await strict?.close();
    await lenient?.close();
    await redis?.stop();
  });

  it('are refused when that is asked for, of every kind, and say what to do', async () => {
    const refused = strict.locks.acquire('thing');
    await expect(refused).rejects.toThrow(LockRefusedError);
    await expect(refused).rejects.toThrow('maxmemory-policy allkeys-lru): set it to noeviction');
    await expect(strict.locks.tryAcquire(['thing', 'other'])).rejects.toThrow(LockRefusedError);
    await expect(strict.locks.semaphore('thing', 1).acquire()).rejects.toThrow(LockRefusedError);
    expect(await lenient.locks.inspect('thing')).toBeNull();
  });

  it('are given otherwise, and as soon as the server is set right', async () => {
    await (await lenient.locks.acquire('thing')).release();
    await lenient.gateway.send(['CONFIG', 'SET', 'maxmemory-policy', 'noeviction']);
    await (await strict.locks.acquire('thing')).release();
  });
});
