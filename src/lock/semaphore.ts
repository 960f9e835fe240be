import { InvalidOptionsError } from '../common/errors.js';
import type { Wanted } from './lock-desk.js';
import type { LockInfo } from './lock-info.js';
import type { LockParts } from './lock-parts.js';
import type { Lock } from './lock.js';
import { NONE, type HoldOptions } from './lock.options.js';

/** Is the most permits of a semaphore. */
const MOST_PERMITS = 100_000;

/** Names a semaphore and says how many may hold it. */
interface SemaphoreForm {
  readonly name: string;
  readonly permits: number;
}

/**
 * Lets at most so many holders in at a time, over all instances of the application: first come, first served, woken
 * instead of polling. `LockService.semaphore` makes one; every instance of a name is the same semaphore.
 *
 * Time is the server's, so clocks of the instances that differ never let too many in. The permit of a holder that died
 * comes back when its lease ends.
 *
 * @example
 * ```ts
 * const exports = locks.semaphore('exports', 3);
 * await exports.withPermit(async (permit) => runExport({ signal: permit.signal }));
 * ```
 * @publicApi
 */
export class Semaphore {
  /** Is its name. */
  readonly name: string;
  /** Is how many may hold it at a time. */
  readonly permits: number;
  readonly #wanted: Wanted;

  /** @internal */
  constructor(
    private readonly parts: LockParts,
    { name, permits }: SemaphoreForm,
    private readonly options: HoldOptions,
  ) {
    const where = `Semaphore '${name}'`;
    if (!Number.isInteger(permits) || permits < 1 || permits > MOST_PERMITS) {
      const message = `must be a whole number from 1 to ${MOST_PERMITS}`;
      throw new InvalidOptionsError(where, [{ path: 'permits', message }]);
    }
    parts.engine.keysOf(name, 'semaphore');
    this.name = name;
    this.permits = permits;
    this.#wanted = { names: [name], kind: 'semaphore', share: { weight: 1, limit: permits }, where };
  }

  /**
   * Acquires a permit, after waiting for it if need be; give it back with `release`. O(log n) in the holders.
   *
   * @throws {LockTimeoutError} when none became free within `wait`.
   * @throws {LockBusyError} when none is free and `wait` is false.
   * @throws {RedisUnavailableError} when Redis cannot be reached in time.
   * @throws {InvalidOptionsError} when an option is bad.
   */
  acquire(options: HoldOptions = NONE): Promise<Lock> {
    return this.parts.desk.acquire(this.#wanted, { ...this.options, ...options });
  }

  /**
   * Acquires a permit if one is free and nobody waits for it. O(log n) in the holders.
   *
   * @returns null when there is none.
   * @throws {RedisUnavailableError} when Redis cannot be reached in time.
   * @throws {InvalidOptionsError} when an option is bad.
   */
  tryAcquire(options: Omit<HoldOptions, 'wait'> = NONE): Promise<Lock | null> {
    return this.parts.desk.tryAcquire(this.#wanted, { ...this.options, ...options });
  }

  /**
   * Runs `work` while it holds a permit, and gives that back when it is done. A permit that is lost meanwhile aborts its
   * `signal`; the caller gets the result or error of `work` in any case.
   *
   * @throws {LockTimeoutError} when none became free within `wait`.
   * @throws {LockBusyError} when none is free and `wait` is false.
   * @throws {RedisUnavailableError} when Redis cannot be reached in time; `work` has not run then.
   */
  withPermit<T>(work: (permit: Lock) => T | Promise<T>, options: HoldOptions = NONE): Promise<T> {
    return this.parts.desk.hold(this.#wanted, work, { ...this.options, ...options });
  }

  /** Describes all who hold a permit, O(n). */
  inspect(): Promise<LockInfo[]> {
    return this.parts.inspector.inspectShares(this.name, 'semaphore');
  }

  /**
   * Takes the permits of all who hold one, whose signals abort. O(n).
   *
   * @param reason says why, for the event `lock:forced`.
   * @throws {InvalidOptionsError} when `reason` is empty or no text.
   * @returns false when nobody held one.
   */
  forceRelease(reason: string): Promise<boolean> {
    return this.parts.engine.revoke(this.name, reason, 'semaphore');
  }
}
