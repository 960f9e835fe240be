import { AsyncLocalStorage } from 'node:async_hooks';
import { LockContextError } from './lock.errors.js';
import type { Lock, OwnLock } from './lock.js';

/** Is a lock that is held around a piece of work, and what was held around that. */
interface Scope {
  readonly lock: OwnLock;
  readonly outer: Scope | undefined;
}

const scopes = new AsyncLocalStorage<Scope>();

/** Runs `work` such that `currentLock` answers `lock` inside it. @internal */
export function runWithLock<T>(lock: OwnLock, work: () => T): T {
  return scopes.run({ lock, outer: scopes.getStore() }, work);
}

/** Lets the caller in again if a lock that `isIt` knows is held around it. @returns null when there is none. @internal */
export function reenter(isIt: (lock: object) => boolean): OwnLock | null {
  for (let scope = scopes.getStore(); scope !== undefined; scope = scope.outer) {
    const entered = scope.lock.reenter(isIt);
    if (entered !== null) return entered;
  }
  return null;
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
  const scope = scopes.getStore();
  if (scope === undefined) {
    throw new LockContextError(
      'No lock is held here; call currentLock() inside withLock or a method under @WithLock.',
    );
  }
  return scope.lock;
}
