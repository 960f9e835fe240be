/** Is the token of the resolved lock options. @internal */
export const LOCK_MODULE_OPTIONS = Symbol.for('nestjs-redis-suite:lock-options');

/** Is where `@WithLock` leaves its options. @internal */
export const WITH_LOCK_METADATA = Symbol.for('nestjs-redis-suite:with-lock');

/**
 * Is the first lease of a lock that was waited for, in milliseconds; the first renewal raises it to the ttl. A process
 * that is frozen when its turn comes delays the others by no more than this.
 *
 * @internal
 */
export const CLAIM_MS = 1_000;

/** Is what a renewal may take at least, in milliseconds: the time for a round trip, however short the lease. @internal */
export const MIN_RENEWAL_MS = 50;
