import type { LockLostReason } from './lock.errors.js';

declare module '../common/events.js' {
  interface SuiteEventMap {
    /** A lock was acquired after `waitedMs`; `queued` when somebody else held it first. */
    'lock:acquired': { readonly waitedMs: number; readonly queued: boolean };
    /** A lock was given back. */
    'lock:released': { readonly heldMs: number };
    /** A lock was lost while its holder still needed it. */
    'lock:lost': { readonly heldMs: number; readonly reason: LockLostReason };
    /** A lock was not acquired: somebody else held it, or held it for too long. */
    'lock:missed': { readonly waitedMs: number; readonly outcome: 'busy' | 'timeout' };
    /** A call of a method under `@WithLock` was skipped, as it asked to be when the lock is held. */
    'lock:skipped': { readonly method: string };
    /** A lock was taken from its holder by `forceRelease`; `reason` is what its caller gave. */
    'lock:forced': { readonly resource: string; readonly reason: string };
    /** Leases could not be prolonged; it is tried again until they end. */
    'lock:renewal-failed': { readonly leases: number; readonly error: Error };
    /** The thread of `renewInWorker` ended, or cannot reach the server; while the event loop runs nothing changes. */
    'lock:worker-failed': { readonly error: Error };
    /** A place in a queue could not be looked after; it is tried again until the wait ends. */
    'lock:check-failed': { readonly error: Error };
    /** A lock could not be given back; it is tried again until its lease has ended. */
    'lock:release-failed': { readonly error: Error };
  }
}
