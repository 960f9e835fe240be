import { Injectable, type OnApplicationShutdown, type OnModuleDestroy } from '@nestjs/common';
import type { Cancel } from '../common/clock.js';
import { LockDesk, wantedBy } from './lock-desk.js';
import { LockEngine } from './lock-engine.js';
import { LockInspector, type LockInfo } from './lock-info.js';
import './lock.events.js';
import type { Lock } from './lock.js';
import { NONE, type HoldOptions, type LockOptions } from './lock.options.js';
import type { LockParts } from './lock-parts.js';
import { Mutex } from './mutex.js';
import { QuorumLocks } from './quorum/quorum-locks.js';
import { Quorums } from './quorum/quorums.js';
import { ReadWriteLock } from './read-write-lock.js';
import { Semaphore } from './semaphore.js';

/** Is how long requests under way may still use locks once the application is told to end. */
const SHUTDOWN_GRACE_MS = 5_000;

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
export class LockService implements OnModuleDestroy, OnApplicationShutdown {
  readonly #desk: LockDesk;
  #cancelInterrupt: Cancel = () => undefined;

  constructor(
    private readonly engine: LockEngine,
    private readonly inspector: LockInspector,
    private readonly quorums: Quorums,
  ) {
    this.#desk = new LockDesk(engine, engine.options);
  }

  /**
   * Acquires a lock, after waiting for it if need be; give it back with `release`. One round trip, O(1), when it is
   * free.
   *
   * Several resources are acquired all or not at all, and no two callers ever wait for each other: what is free is taken
   * in one step; otherwise one is waited for after the other, in an order that is the same everywhere.
   *
   * @param resource names what is locked; a `:` separates its parts.
   * @throws {LockTimeoutError} when it did not become free within `wait`.
   * @throws {LockBusyError} when it is held and `wait` is false.
   * @throws {LockLostError} when one of several was lost while another was waited for.
   * @throws {LockRefusedError} when the server may evict locks and `lock.requireNoEviction` is set.
   * @throws {RedisUnavailableError} when Redis cannot be reached in time.
   * @throws {InvalidOptionsError} when an option is bad.
   * @throws {InvalidKeyError} when a resource is empty or no text, or there is none.
   */
  acquire(resource: string | readonly string[], options: LockOptions = NONE): Promise<Lock> {
    return this.#desk.acquire(wantedBy(resource, 'LockService.acquire'), options);
  }

  /**
   * Acquires a lock, or several, if all are free; never waits for their holders. One round trip, O(1) for each.
   *
   * @returns null when somebody else holds one of them.
   * @throws {RedisUnavailableError} when Redis cannot be reached in time.
   * @throws {InvalidOptionsError} when an option is bad.
   * @throws {InvalidKeyError} when a resource is empty or no text, or there is none.
   */
  tryAcquire(
    resource: string | readonly string[],
    options: Omit<LockOptions, 'wait'> = NONE,
  ): Promise<Lock | null> {
    return this.#desk.tryAcquire(wantedBy(resource, 'LockService.tryAcquire'), options);
  }

  /**
   * Runs `work` while it holds a lock, or several, and gives them back when it is done.
   *
   * A lock that is lost meanwhile aborts `lock.signal`; it does not end `work`, whose result or error is what the
   * caller gets in any case.
   *
   * @throws {LockTimeoutError} when the lock did not become free within `wait`.
   * @throws {LockBusyError} when it is held and `wait` is false.
   * @throws {RedisUnavailableError} when Redis cannot be reached in time; `work` has not run then.
   */
  withLock<T>(
    resource: string | readonly string[],
    work: (lock: Lock) => T | Promise<T>,
    options: LockOptions = NONE,
  ): Promise<T> {
    return this.#desk.hold(wantedBy(resource, 'LockService.withLock'), work, options);
  }

  /**
   * Returns the lock on a resource as an object, for those who use one in several places.
   *
   * @param options are those of each acquisition that does not give its own.
   * @throws {InvalidKeyError} when `resource` is empty or no text.
   */
  mutex(resource: string, options: LockOptions = NONE): Mutex {
    return new Mutex(this.#parts(), resource, options);
  }

  /**
   * Returns a semaphore: at most `permits` holders at a time, over all instances of the application.
   *
   * @param permits how many may hold it, from 1 to 100 000. Where instances disagree, each heeds its own number.
   * @param options are those of each acquisition that does not give its own.
   * @throws {InvalidOptionsError} when `permits` is not such a number.
   * @throws {InvalidKeyError} when `name` is empty or no text.
   */
  semaphore(name: string, permits: number, options: HoldOptions = NONE): Semaphore {
    return new Semaphore(this.#parts(), { name, permits }, options);
  }

  /**
   * Returns a read-write lock: many readers or one writer, over all instances of the application.
   *
   * @param options are those of each acquisition that does not give its own.
   * @throws {InvalidKeyError} when `name` is empty or no text.
   */
  readWrite(name: string, options: HoldOptions = NONE): ReadWriteLock {
    return new ReadWriteLock(this.#parts(), name, options);
  }

  /**
   * Returns locks on most of several independent servers, which outlive the loss of a minority of them.
   *
   * @param connectionNames are names of `connections`, each for a server that shares nothing with the others.
   * @param options are those of each acquisition that does not give its own.
   * @throws {InvalidOptionsError} when a name is unknown, or two of them mean one server.
   */
  quorum(connectionNames: readonly string[], options: LockOptions = NONE): QuorumLocks {
    return new QuorumLocks(this.quorums.of(connectionNames), this.engine.options, options);
  }

  /** Describes a lock, O(1). @returns null when nobody holds it. */
  inspect(resource: string): Promise<LockInfo | null> {
    return this.inspector.inspect(resource);
  }

  /** Lists everything that is held: locks, permits, and sides of read-write locks. SCAN, O(keyspace). */
  list(): AsyncIterable<LockInfo> {
    return this.inspector.list();
  }

  /**
   * Takes a lock from its holder, whose `signal` aborts, and gives it to whoever waits longest. O(1).
   *
   * @param reason says why, for the event `lock:forced`.
   * @throws {InvalidOptionsError} when `reason` is empty or no text.
   * @returns false when nobody held it.
   */
  async forceRelease(resource: string, reason: string): Promise<boolean> {
    return this.engine.revoke(resource, reason);
  }

  /**
   * Leaves requests under way the time to finish with their locks; whoever needs longer is then told to stop, by the
   * signal, as is whoever waits.
   */
  onModuleDestroy(): void {
    this.#cancelInterrupt();
    this.#cancelInterrupt = this.engine.clock.after(SHUTDOWN_GRACE_MS, () => {
      this.engine.interrupt();
      this.quorums.interrupt();
    });
  }

  /** Gives back what is still held, once requests are answered and while there is a connection. */
  async onApplicationShutdown(): Promise<void> {
    this.#cancelInterrupt();
    await Promise.all([this.engine.close(), this.quorums.close()]);
  }

  #parts(): LockParts {
    return { desk: this.#desk, engine: this.engine, inspector: this.inspector };
  }
}
