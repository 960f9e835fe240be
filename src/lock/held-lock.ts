import type { Duration } from '../common/duration.js';
import type { LeaseKeeper } from './lease-keeper.js';
import type { Lease } from './lease.js';
import type { LockKeys } from './lock-keys.js';
import type { OwnLock } from './lock.js';
import { resolveTtl } from './lock.options.js';

/** Says how often the holder had come in, and counts those who have not released it, which all of them share. */
interface Entry {
  readonly users: { count: number };
  readonly depth: number;
}

/**
 * Is a lock on one resource, as its holder sees it; or once more the same, for the holder who was let in again. The
 * last of them to be released gives the lock back.
 *
 * @internal
 */
export class HeldLock implements OwnLock {
  #released: Promise<boolean> | null = null;

  constructor(
    private readonly lease: Lease,
    private readonly keeper: LeaseKeeper,
    private readonly entry: Entry = { users: { count: 1 }, depth: 1 },
  ) {}

  get depth(): number {
    return this.entry.depth;
  }

  get resource(): string {
    return this.lease.claim.resource;
  }

  get token(): string {
    return this.lease.claim.token;
  }

  get fence(): bigint {
    return this.lease.fence;
  }

  get fences(): ReadonlyMap<string, bigint> {
    return new Map([[this.resource, this.fence]]);
  }

  get expiresAt(): number {
    return this.lease.expiresAt;
  }

  get signal(): AbortSignal {
    return this.lease.signal;
  }

  /** Says whether it is the lock with these keys, of the application whose keeper this is. */
  isFor({ lease }: LockKeys, keeper: LeaseKeeper): boolean {
    return this.keeper === keeper && this.lease.claim.keys.lease === lease;
  }

  assertHeld(): void {
    this.keeper.assertHeld(this.lease);
  }

  async extend(ttl?: Duration): Promise<void> {
    await this.keeper.extend(this.lease, ttl === undefined ? this.lease.ttlMs : resolveTtl(ttl));
  }

  reenter(isIt: (lock: object) => boolean): OwnLock | null {
    if (!isIt(this) || this.entry.users.count === 0 || this.lease.lossReason !== null) return null;
    this.entry.users.count++;
    return new HeldLock(this.lease, this.keeper, { users: this.entry.users, depth: this.depth + 1 });
  }

  release(): Promise<boolean> {
    this.#released ??= this.#leave() ? this.keeper.release(this.lease) : this.#isHeld();
    return this.#released;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#released !== null) return;
    this.#released = this.#isHeld();
    if (this.#leave()) await this.keeper.releaseQuietly(this.lease);
  }

  /** Returns whether nobody uses it any more. */
  #leave(): boolean {
    this.entry.users.count--;
    return this.entry.users.count === 0;
  }

  #isHeld(): Promise<boolean> {
    return Promise.resolve(this.lease.lossReason === null);
  }
}
