import type { Wanted } from './lock-desk.js';
import type { LockInfo } from './lock-info.js';
import type { LockParts } from './lock-parts.js';
import type { Lock } from './lock.js';
import { NONE, type HoldOptions } from './lock.options.js';

/** Is what a writer takes, to be alone, and how many readers there may be. */
const ALL = 1_000_000;

/**
 * Lets in many readers or one writer, over all instances of the application. First come, first served: a reader who comes
 * after a waiting writer waits too, so writers never starve, and readers that wait next to each other are let in together.
 * `LockService.readWrite` makes one; every instance of a name is the same lock.
 *
 * @example
 * ```ts
 * const prices = locks.readWrite('prices');
 * await prices.withRead(() => computeOffers());
 * await prices.withWrite(async (lock) => importPrices({ fence: lock.fence }));
 * ```
 * @publicApi
 */
export class ReadWriteLock {
  readonly #reading: Wanted;
  readonly #writing: Wanted;

  /** @internal */
  constructor(
    private readonly parts: LockParts,
    /** Is its name. */
    readonly name: string,
    private readonly options: HoldOptions,
  ) {
    parts.engine.keysOf(name, 'read-write');
    const wanted = { names: [name], kind: 'read-write', where: `ReadWriteLock '${name}'` } as const;
    this.#reading = { ...wanted, share: { weight: 1, limit: ALL } };
    this.#writing = { ...wanted, share: { weight: ALL, limit: ALL } };
  }

  /**
   * Acquires the right to read, beside other readers; give it back with `release`. O(log n) in the readers.
   *
   * @throws {LockTimeoutError} when it did not become free within `wait`.
   * @throws {LockBusyError} when a writer holds it or waits for it, and `wait` is false.
   * @throws {RedisUnavailableError} when Redis cannot be reached in time.
   * @throws {InvalidOptionsError} when an option is bad.
   */
  read(options: HoldOptions = NONE): Promise<Lock> {
    return this.parts.desk.acquire(this.#reading, { ...this.options, ...options });
  }

  /**
   * Acquires the right to write, alone; give it back with `release`. O(log n) in the readers.
   *
   * @throws {LockTimeoutError} when it did not become free within `wait`.
   * @throws {LockBusyError} when somebody holds it and `wait` is false.
   * @throws {RedisUnavailableError} when Redis cannot be reached in time.
   * @throws {InvalidOptionsError} when an option is bad.
   */
  write(options: HoldOptions = NONE): Promise<Lock> {
    return this.parts.desk.acquire(this.#writing, { ...this.options, ...options });
  }

  /** Acquires the right to read if no writer holds it or waits. @returns null when one does. */
  tryRead(options: Omit<HoldOptions, 'wait'> = NONE): Promise<Lock | null> {
    return this.parts.desk.tryAcquire(this.#reading, { ...this.options, ...options });
  }

  /** Acquires the right to write if nobody holds it or waits. @returns null when somebody does. */
  tryWrite(options: Omit<HoldOptions, 'wait'> = NONE): Promise<Lock | null> {
    return this.parts.desk.tryAcquire(this.#writing, { ...this.options, ...options });
  }

  /** Runs `work` while it may read. @throws {LockTimeoutError} when it did not become free within `wait`. */
  withRead<T>(work: (lock: Lock) => T | Promise<T>, options: HoldOptions = NONE): Promise<T> {
    return this.parts.desk.hold(this.#reading, work, { ...this.options, ...options });
  }

  /** Runs `work` while it may write, alone. @throws {LockTimeoutError} when it did not become free within `wait`. */
  withWrite<T>(work: (lock: Lock) => T | Promise<T>, options: HoldOptions = NONE): Promise<T> {
    return this.parts.desk.hold(this.#writing, work, { ...this.options, ...options });
  }

  /** Describes all who hold it: readers, or one writer. O(n). */
  inspect(): Promise<LockInfo[]> {
    return this.parts.inspector.inspectShares(this.name, 'read-write');
  }

  /**
   * Takes it from all who hold it, whose signals abort. O(n).
   *
   * @param reason says why, for the event `lock:forced`.
   * @throws {InvalidOptionsError} when `reason` is empty or no text.
   * @returns false when nobody held it.
   */
  forceRelease(reason: string): Promise<boolean> {
    return this.parts.engine.revoke(this.name, reason, 'read-write');
  }
}
