import type { Duration } from '../common/duration.js';

/**
 * Is a lock that its holder has acquired, until it is released or lost.
 *
 * @example
 * ```ts
 * await using lock = await locks.acquire('payout:42');
 * await collectPayments({ signal: lock.signal });
 * lock.assertHeld();
 * await bank.pay(order, { fence: lock.fence });
 * ```
 * @publicApi
 */
export interface Lock extends AsyncDisposable {
  /** Is what is locked, as the caller named it; several are joined by `, `. */
  readonly resource: string;
  /** Identifies this acquisition. */
  readonly token: string;
  /**
   * Grows with every acquisition of the resource; below 2^53. Whoever writes can refuse what comes with a smaller one.
   * Of several resources it is the greatest; `fences` has each.
   */
  readonly fence: bigint;
  /** Holds the fence of each resource. */
  readonly fences: ReadonlyMap<string, bigint>;
  /** Is 1, or one more for each time that the holder was let in again, with `reentrant`. */
  readonly depth: number;
  /** Is when the lease ends unless it is prolonged, in milliseconds since 1970, on the safe side. */
  readonly expiresAt: number;
  /** Aborts, with a `LockLostError`, when the lock is lost, before another holder can have it. */
  readonly signal: AbortSignal;
  /**
   * Throws unless the lock is surely held now, without asking the server.
   *
   * @throws {LockLostError} when it is not.
   */
  assertHeld(): void;
  /**
   * Lets the lease last `ttl` from now; later renewals use the same ttl. O(1).
   *
   * @param ttl from 10 ms to a day. @default the ttl of the lock
   * @throws {LockLostError} when the lock is not held any more.
   * @throws {RedisUnavailableError} when Redis could not be asked; the lock is held as long as before.
   * @throws {InvalidOptionsError} when `ttl` is no duration in its range.
   */
  extend(ttl?: Duration): Promise<void>;
  /**
   * Gives the lock back and wakes whoever waits longest; a second call does nothing and answers the same. O(1).
   *
   * @returns false when the lock had been lost before.
   * @throws {RedisUnavailableError} when Redis could not be told; the lock then ends with its lease.
   */
  release(): Promise<boolean>;
}

/** Is a lock as this wing hands it out: its holder may be let in again. @internal */
export interface OwnLock extends Lock {
  /** Lets its holder in again. @returns null when this is not the lock that `isIt` looks for, or is not held any more. */
  reenter(isIt: (lock: object) => boolean): OwnLock | null;
}
