import type { Wanted } from './lock-desk.js';
import type { LockInfo } from './lock-info.js';
import type { LockParts } from './lock-parts.js';
import type { Lock } from './lock.js';
import { NONE, type LockOptions } from './lock.options.js';

/**
 * Is the lock on one resource, for those who use it in several places. `LockService.mutex` makes one; every instance for
 * a resource is the same lock.
 *
 * @example
 * ```ts
 * const payouts = locks.mutex('payouts', { ttl: '1m' });
 * await payouts.withLock(() => pay());
 * ```
 * @publicApi
 */
export class Mutex {
  readonly #wanted: Wanted;

  /** @internal */
  constructor(
    private readonly parts: LockParts,
    /** Is what is locked. */
    readonly resource: string,
    private readonly options: LockOptions,
  ) {
    parts.engine.keysOf(resource);
    this.#wanted = { names: [resource], where: `Mutex '${resource}'` };
  }

  /** Does what `LockService.acquire` does. @throws {LockTimeoutError} when it did not become free within `wait`. */
  acquire(options: LockOptions = NONE): Promise<Lock> {
    return this.parts.desk.acquire(this.#wanted, { ...this.options, ...options });
  }

  /** Does what `LockService.tryAcquire` does. @returns null when somebody else holds it. */
  tryAcquire(options: Omit<LockOptions, 'wait'> = NONE): Promise<Lock | null> {
    return this.parts.desk.tryAcquire(this.#wanted, { ...this.options, ...options });
  }

  /** Does what `LockService.withLock` does. @throws {LockTimeoutError} when it did not become free within `wait`. */
  withLock<T>(work: (lock: Lock) => T | Promise<T>, options: LockOptions = NONE): Promise<T> {
    return this.parts.desk.hold(this.#wanted, work, { ...this.options, ...options });
  }

  /** Describes it, O(1). @returns null when nobody holds it. */
  inspect(): Promise<LockInfo | null> {
    return this.parts.inspector.inspect(this.resource);
  }
}
