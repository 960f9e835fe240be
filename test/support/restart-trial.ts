import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { TestRedis } from '../../src/testing/test-redis.js';
import { contend } from './lock-contenders.js';
import { LockJournal, type LockRecord } from './lock-journal.js';
import { openLocks } from './locks.js';
import { until } from './until.js';

const CONTENDERS = 4;
const TTL_MS = 400;

/**
 * Lets several, with a connection each, want two locks while the server is killed and comes back empty; goes on until
 * they are granted again.
 */
export async function restartTrial(redis: TestRedis): Promise<LockRecord> {
  const namespace = randomUUID();
  const open = () => openLocks(redis.url, { namespace, ttl: TTL_MS, commandTimeout: 300 });
  const all = await Promise.all(Array.from({ length: CONTENDERS }, open));
  const journal = new LockJournal();
  const end = new AbortController();
  const contest = { journal, resources: ['a', 'b'], signal: end.signal, ttlMs: TTL_MS, holdMs: 1_500 };
  const contenders = Promise.all(all.map(({ locks }) => contend(locks, contest)));
  const grantsAfter = (count: number) => {
    const { grants } = journal.record;
    return until(() => journal.record.grants >= grants + count, 30_000);
  };
  await grantsAfter(5 + Math.random() * 10);
  await redis.kill();
  await pause(Math.random() * 50);
  await redis.restart();
  await grantsAfter(10);
  end.abort();
  await contenders;
  await Promise.all(all.map(({ close }) => close()));
  return journal.record;
}
