import { hostname } from 'node:os';
import { Inject, Injectable, type BeforeApplicationShutdown, type OnModuleDestroy } from '@nestjs/common';
import { HeldLock } from './held-lock.js';
import { runWithLock } from './lock-context.js';
import { LockEngine } from './lock-engine.js';
import { LockInspector, type LockInfo } from './lock-info.js';
import { CLAIM_MS, LOCK_MODULE_OPTIONS } from './lock.constants.js';
import { LockBusyError } from './lock.errors.js';
import './lock.events.js';
import type { Lock } from './lock.js';
import {
  NONE,
  resolveLock,
  type LockOptions,
  type ResolvedLock,
  type ResolvedLockOptions,
} from './lock.options.js';

const HOST = encodeURIComponent(hostname());

/**
 * Lets one holder at a time do something, over all instances of the application: first come, first served, without
 * polling, with a lease that is prolonged as long as the holder lives, and a fence for what comes too late.
 *
 * With Redis down nothing is locked: every call fails within its time limit.
 *
 * @example
 * ```ts
 * await locks.withLock('payout:42', async (lock) => bank.pay(order, { fence: lock.fence }));
 * ```
 * @publicApi
 */
@Injectable()
export class LockService implements OnModuleDestroy, BeforeApplicationShutdown {
  constructor(
    private readonly engine: LockEngine,
    private readonly inspector: LockInspector,
    @Inject(LOCK_MODULE_OPTIONS) private readonly defaults: ResolvedLockOptions,
  ) {}

  /**
   * Acquires a lock, after waiting for it if need be; give it back with `release`. One round trip, O(1), when it is
   * free.
   *
   * @param resource names what is locked; a `:` separates its parts.
   * @throws {LockTimeoutError} when it did not become free within `wait`.
   * @throws {LockBusyError} when it is held and `wait` is false.
   * @throws {RedisUnavailableError} when Redis cannot be reached in time.
   * @throws {InvalidOptionsError} when an option is bad.
   */
  async acquire(resource: string, options: LockOptions = NONE): Promise<Lock> {
    const lock = await this.#acquire(resource, resolveLock(options, this.defaults, 'LockService.acquire'));
    if (lock === null) throw new LockBusyError(resource);
    return lock;
  }

  /**
   * Acquires a lock if it is free; never waits for its holder. One round trip, O(1).
   *
   * @returns null when somebody else holds it.
   * @throws {RedisUnavailableError} when Redis cannot be reached in time.
   * @throws {InvalidOptionsError} when an option is bad.
   */
  tryAcquire(resource: string, options: Omit<LockOptions, 'wait'> = NONE): Promise<Lock | null> {
    const resolved = resolveLock(options, this.defaults, 'LockService.tryAcquire');
    return this.#acquire(resource, { ...resolved, waitMs: 0 });
  }

  /**
   * Runs `work` while it holds a lock, and gives the lock back when it is done.
   *
   * A lock that is lost meanwhile aborts `lock.signal`; it does not end `work`, whose result or error is what the
   * caller gets in any case.
   *
   * @throws {LockTimeoutError} when the lock did not become free within `wait`.
   * @throws {LockBusyError} when it is held and `wait` is false.
   * @throws {RedisUnavailableError} when Redis cannot be reached in time; `work` has not run then.
   */
  async withLock<T>(
    resource: string,
    work: (lock: Lock) => T | Promise<T>,
    options: LockOptions = NONE,
  ): Promise<T> {
    const lock = await this.acquire(resource, options);
    try {
      return await runWithLock(lock, () => work(lock));
    } finally {
      await lock[Symbol.asyncDispose]();
    }
  }

  /** Describes a lock, O(1). @returns null when nobody holds it. */
  inspect(resource: string): Promise<LockInfo | null> {
    return this.inspector.inspect(resource);
  }

  /** Lists the locks that are held. SCAN, O(keyspace). */
  list(): AsyncIterable<LockInfo> {
    return this.inspector.list();
  }

  /**
   * Takes a lock from its holder, whose `signal` aborts, and gives it to whoever waits longest. O(1).
   *
   * @param reason says why, for the event `lock:forced`.
   * @returns false when nobody held it.
   */
  async forceRelease(resource: string, reason: string): Promise<boolean> {
    return this.engine.revoke(resource, reason);
  }

  /** Refuses new locks, ends every wait, and aborts the signals of the holders, who then have time to finish. */
  onModuleDestroy(): void {
    this.engine.interrupt();
  }

  /** Gives back what is still held, while there is a connection. */
  async beforeApplicationShutdown(): Promise<void> {
    await this.engine.close();
  }

  async #acquire(
    resource: string,
    { ttlMs, waitMs, renew, signal, owner }: ResolvedLock,
  ): Promise<Lock | null> {
    const wish = {
      resource,
      keys: this.engine.keysOf(resource),
      label: `${HOST} ${owner}`,
      ttlMs,
      // One that is never prolonged gets its whole lease at once.
      firstMs: renew ? Math.min(ttlMs, CLAIM_MS) : ttlMs,
      renew,
    };
    const lease = await this.engine.acquire(wish, { waitMs, signal });
    return lease === null ? null : new HeldLock(lease, this.engine.keeper);
  }
}
