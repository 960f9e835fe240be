import type { Lock } from '../../src/lock/lock.js';

/** Is what a journal saw. */
export interface LockRecord {
  /** Counts the locks that were acquired. */
  grants: number;
  /** Counts grants while another holder was still told that it holds the lock. */
  overlaps: number;
  /** Is for how long two were told so, in milliseconds. */
  doubleMs: number;
  /** Counts grants whose fence did not grow. */
  fencesFallen: number;
}

/**
 * Watches everybody of this process who holds a lock: whoever acquires one must find that each holder before it, by its
 * own `assertHeld`, holds it no more, and must get a larger fence.
 */
export class LockJournal {
  readonly record: LockRecord = { grants: 0, overlaps: 0, doubleMs: 0, fencesFallen: 0 };
  readonly #holders = new Map<string, Set<Lock>>();
  readonly #fences = new Map<string, bigint>();

  /** Notes a lock that was just acquired. */
  acquired(lock: Lock): void {
    const { resource, fence } = lock;
    const holders = this.#holders.get(resource) ?? new Set();
    this.record.grants++;
    for (const other of holders) if (isHeld(other) && isHeld(lock)) this.#overlap(other);
    if (fence <= (this.#fences.get(resource) ?? 0n)) this.record.fencesFallen++;
    this.#fences.set(resource, fence);
    this.#holders.set(resource, holders.add(lock));
  }

  /** Notes that a holder is about to give its lock back, or has lost it. */
  ended(lock: Lock): void {
    this.#holders.get(lock.resource)?.delete(lock);
  }

  #overlap(other: Lock): void {
    this.record.overlaps++;
    const from = performance.now();
    const watch = setInterval(() => {
      if (this.#holders.get(other.resource)?.has(other) === true && isHeld(other)) return;
      this.record.doubleMs += performance.now() - from;
      clearInterval(watch);
    }, 1);
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
