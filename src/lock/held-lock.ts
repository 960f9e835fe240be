import type { Duration } from '../common/duration.js';
import type { LeaseKeeper } from './lease-keeper.js';
import type { Lease } from './lease.js';
import type { Lock } from './lock.js';
import { resolveTtl } from './lock.options.js';

/**
 * Is a lock on one resource, as its holder sees it.
 *
 * @internal
 */
export class HeldLock implements Lock {
  #released: Promise<boolean> | null = null;

  constructor(
    private readonly lease: Lease,
    private readonly keeper: LeaseKeeper,
  ) {}

  get resource(): string {
    return this.lease.claim.resource;
  }

  get token(): string {
    return this.lease.claim.token;
  }

  get fence(): bigint {
    return this.lease.fence;
  }

  get expiresAt(): number {
    return this.lease.expiresAt;
  }

  get signal(): AbortSignal {
    return this.lease.signal;
  }

  assertHeld(): void {
    this.keeper.assertHeld(this.lease);
  }

  async extend(ttl?: Duration): Promise<void> {
    await this.keeper.extend(this.lease, ttl === undefined ? this.lease.ttlMs : resolveTtl(ttl));
  }

  release(): Promise<boolean> {
    this.#released ??= this.keeper.release(this.lease);
    return this.#released;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (this.#released !== null) return;
    this.#released = Promise.resolve(false);
    await this.keeper.releaseQuietly(this.lease);
  }
}
