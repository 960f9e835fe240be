import { LockDesk, wantedBy } from '../lock-desk.js';
import type { Lock } from '../lock.js';
import { NONE, type LockOptions, type ResolvedLockOptions } from '../lock.options.js';
import type { QuorumEngine } from './quorum-engine.js';

/**
 * Locks on most of several independent servers (Redlock), so that a lock outlives the loss of a minority of them, with
 * all they knew. `LockService.quorum` makes it.
 *
 * Nobody queues here: who finds a lock held tries again after a short pause, in no particular order.
 *
 * @example
 * ```ts
 * const quorum = locks.quorum(['lock-a', 'lock-b', 'lock-c']);
 * await quorum.withLock('payout:42', (lock) => bank.pay(order, { fence: lock.fence }));
 * ```
 * @publicApi
 */
export class QuorumLocks {
  readonly #desk: LockDesk;

  /** @internal */
  constructor(
    engine: QuorumEngine,
    defaults: ResolvedLockOptions,
    private readonly options: LockOptions,
  ) {
    this.#desk = new LockDesk(engine, defaults);
  }

  /**
   * Acquires a lock on most of the servers, or several locks. Two round trips to all of them at once, O(1).
   *
   * @throws {LockTimeoutError} when it did not become free within `wait`.
   * @throws {LockBusyError} when it is held and `wait` is false.
   * @throws {RedisUnavailableError} when too few of the servers could be reached in time.
   * @throws {InvalidOptionsError} when an option is bad.
   */
  acquire(resource: string | readonly string[], options: LockOptions = NONE): Promise<Lock> {
    return this.#desk.acquire(wantedBy(resource, 'QuorumLocks.acquire'), { ...this.options, ...options });
  }

  /**
   * Acquires a lock on most of the servers if it is free. Two round trips to all of them at once, O(1).
   *
   * @returns null when somebody else holds it, or several who tried at once took it from each other.
   * @throws {RedisUnavailableError} when too few of the servers could be reached in time.
   */
  tryAcquire(
    resource: string | readonly string[],
    options: Omit<LockOptions, 'wait'> = NONE,
  ): Promise<Lock | null> {
    return this.#desk.tryAcquire(wantedBy(resource, 'QuorumLocks.tryAcquire'), {
      ...this.options,
      ...options,
    });
  }

  /**
   * Runs `work` while it holds a lock on most of the servers, and gives it back when it is done.
   *
   * @throws {LockTimeoutError} when it did not become free within `wait`.
   * @throws {LockBusyError} when it is held and `wait` is false.
   * @throws {RedisUnavailableError} when too few of the servers could be reached in time; `work` has not run then.
   */
  withLock<T>(
    resource: string | readonly string[],
    work: (lock: Lock) => T | Promise<T>,
    options: LockOptions = NONE,
  ): Promise<T> {
    const all = { ...this.options, ...options };
    return this.#desk.hold(wantedBy(resource, 'QuorumLocks.withLock'), work, all);
  }
}
