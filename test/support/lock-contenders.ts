import { setTimeout as pause } from 'node:timers/promises';
import { RedisUnavailableError } from '../../src/connection/connection.errors.js';
import { LockBusyError, LockLostError, LockTimeoutError } from '../../src/lock/lock.errors.js';
import type { LockService } from '../../src/lock/lock.service.js';
import type { LockJournal } from './lock-journal.js';

export interface Contest {
  readonly journal: LockJournal;
  readonly resources: readonly string[];
  /** Ends every contender, once what it does then is done. */
  readonly signal: AbortSignal;
  readonly ttlMs: number;
  /** Is the longest time for which a lock is held; nearly all are held for far less. */
  readonly holdMs: number;
}

/** Wants locks, holds them for a while, gives them back, and tries on whatever happens, until the contest ends. */
export async function contend(locks: LockService, contest: Contest): Promise<void> {
  const { resources, signal } = contest;
  for (let round = 0; !signal.aborted; round++) {
    try {
      await takeTurn(locks, contest, resources[round % resources.length]!);
    } catch (error) {
      if (!isExpected(error)) throw error;
      await pause(1);
    }
  }
}

async function takeTurn(locks: LockService, contest: Contest, resource: string): Promise<void> {
  const { journal, ttlMs, holdMs } = contest;
  const lock = await locks.acquire(resource, { ttl: ttlMs, wait: 500 });
  journal.acquired(lock);
  const untilMs = performance.now() + holdMs * Math.random() ** 4;
  // Whoever is told that its lock is lost stops at once, as the page on locks asks of everybody.
  while (!lock.signal.aborted && performance.now() < untilMs) await pause(1);
  journal.ended(lock);
  await lock.release();
}

function isExpected(error: unknown): boolean {
  return [RedisUnavailableError, LockTimeoutError, LockBusyError, LockLostError].some(
    (type) => error instanceof type,
  );
}
