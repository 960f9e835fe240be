import { AsyncLocalStorage } from 'node:async_hooks';
import { LockContextError } from './lock.errors.js';
import type { Lock } from './lock.js';

const held = new AsyncLocalStorage<Lock>();

/** Runs `work` such that `currentLock` answers `lock` inside it. @internal */
export function runWithLock<T>(lock: Lock, work: () => T): T {
  return held.run(lock, work);
}

/**
 * Returns the lock that the running `withLock` or method under `@WithLock` holds; the innermost, if several do.
 *
 * @throws {LockContextError} outside of any.
 * @example
 * ```ts
 * @WithLock('inventory:{id}')
 * async reserve(id: string) {
 *   const { fence, signal } = currentLock();
 * }
 * ```
 * @publicApi
 */
export function currentLock(): Lock {
  const lock = held.getStore();
  if (lock === undefined) {
    throw new LockContextError(
      'No lock is held here; call currentLock() inside withLock or a method under @WithLock.',
    );
  }
  return lock;
}
