import type { Clock } from '../common/clock.js';
import { LockLostError, type LockLostReason } from './lock.errors.js';
import type { Claim } from './lock.scripts.js';
import type { LeaseSlot } from './renewal/lease-slot.js';

/** Is a claim that names its resource as the caller did. @internal */
export interface ResourceClaim extends Claim {
  readonly resource: string;
  /** Prolongs the lease until it is released. */
  readonly renew: boolean;
  /** Is how long the lock is kept even if it is released earlier, in milliseconds. */
  readonly atLeastMs: number;
  /** Is how long it is held at most, in milliseconds; infinite without an end. */
  readonly atMostMs: number;
  /** Is for how long a thread keeps it while the event loop is blocked, in milliseconds; 0 without. */
  readonly blockedMs: number;
}

/** Is the server's word that a claim holds its lock. @internal */
export interface Grant {
  readonly fence: bigint;
  readonly leaseMs: number;
  /** Is the latest moment on the monotonic clock of which it is sure that the lease had not begun yet. */
  readonly fromMs: number;
}

/** Keeps clear of a lease's end: timers come late, and clocks drift apart. */
const marginMs = (leaseMs: number): number => Math.min(leaseMs / 10, 10 + leaseMs / 100);

/**
 * Returns the moment on the monotonic clock up to which a lease surely holds.
 *
 * @internal
 */
export function safeEnd({ fromMs, leaseMs }: Pick<Grant, 'fromMs' | 'leaseMs'>): number {
  return fromMs + leaseMs - marginMs(leaseMs);
}

/**
 * Knows whether a lock is still held, by the clock of this process alone.
 *
 * @internal
 */
export class Lease {
  readonly fence: bigint;
  readonly acquiredAtMs: number;
  /** Is the moment of acquisition in milliseconds since 1970. */
  readonly #acquiredAt: number;
  /** Is the length of the renewals to come. */
  ttlMs: number;
  /** Is when to prolong it, on the monotonic clock; infinite when that is not wanted. */
  renewAtMs: number;
  /** Is true while a renewal is on its way. */
  isRenewing = false;
  /** Is when nothing prolongs it any more, on the monotonic clock. */
  readonly lastMs: number;
  /** Is when what last prolonged it was sent, on the monotonic clock. */
  #sentAtMs: number;
  #slot: LeaseSlot | null = null;
  #isLast = false;
  #endsAtMs: number;
  #lossReason: LockLostReason | null = null;
  #loss: LockLostError | null = null;
  #abort: AbortController | null = null;

  constructor(
    readonly claim: ResourceClaim,
    grant: Grant,
    private readonly clock: Clock,
  ) {
    this.fence = grant.fence;
    this.ttlMs = claim.ttlMs;
    this.acquiredAtMs = clock.monotonic();
    this.#acquiredAt = clock.now();
    this.#endsAtMs = safeEnd(grant);
    this.#sentAtMs = grant.fromMs;
    this.lastMs = grant.fromMs + claim.atMostMs;
    this.renewAtMs = claim.renew ? grant.fromMs + this.#pauseMs(grant.leaseMs) : Infinity;
  }

  /** Is the holder's text after the fence, for a server that has lost it. */
  get since(): string {
    return `${this.#acquiredAt} ${this.claim.label}`;
  }

  /** Is how long it has to be kept on, in milliseconds; not positive when it may be given back. */
  get keepMs(): number {
    return this.acquiredAtMs + this.claim.atLeastMs - this.clock.monotonic();
  }

  /** Is why it ends if nothing prolongs it. */
  get endReason(): 'expired' | 'overrun' {
    return this.#isLast ? 'overrun' : 'expired';
  }

  /** Is up to when it surely holds, on the monotonic clock. */
  get endsAtMs(): number {
    return this.#endsAtMs;
  }

  /** Is up to when it surely holds, in milliseconds since 1970. */
  get expiresAt(): number {
    this.catchUp();
    return Math.floor(this.clock.now() + this.#endsAtMs - this.clock.monotonic());
  }

  /** Is why it does not hold any more; null while it does. */
  get lossReason(): LockLostReason | null {
    return this.#lossReason;
  }

  /** Says that it does not hold any more, and why; null while it does. */
  get loss(): LockLostError | null {
    // Made when first asked for: most leases are released, and nobody asks why.
    if (this.#lossReason !== null) this.#loss ??= new LockLostError(this.claim.resource, this.#lossReason);
    return this.#loss;
  }

  /** Is how long it has been held, in milliseconds. */
  get heldMs(): number {
    return this.clock.monotonic() - this.acquiredAtMs;
  }

  /** Aborts when the lease is lost. */
  get signal(): AbortSignal {
    if (this.#abort === null) {
      this.#abort = new AbortController();
      if (this.#isLost) this.#abort.abort(this.loss);
    }
    return this.#abort.signal;
  }

  /** Returns for how long to prolong it with something sent at `sentAtMs`, in whole milliseconds. */
  nextMs(sentAtMs: number): number {
    return Math.max(1, Math.min(this.ttlMs, Math.floor(this.lastMs - sentAtMs)));
  }

  /** Notes that the server prolonged it as far as `nextMs` said, in answer to something sent at `sentAtMs`. */
  prolong(sentAtMs: number): void {
    // The answer to something older says less than is known.
    if (sentAtMs < this.#sentAtMs) return;
    this.#sentAtMs = sentAtMs;
    const leaseMs = this.nextMs(sentAtMs);
    this.#isLast = leaseMs < this.ttlMs;
    this.#endsAtMs = safeEnd({ fromMs: sentAtMs, leaseMs });
    this.renewAtMs = this.claim.renew && !this.#isLast ? sentAtMs + this.#pauseMs(leaseMs) : Infinity;
    this.#note();
  }

  /** Lets another thread prolong it by a slot, or nobody else any more. @returns the slot that it had. */
  share(slot: LeaseSlot | null): LeaseSlot | null {
    const before = this.#slot;
    this.catchUp();
    before?.letGo();
    this.#slot = slot;
    this.#note();
    return before;
  }

  /** Takes over what another thread did for it. @returns whether that found it gone. */
  catchUp(): boolean {
    if (this.#slot === null) return false;
    const { threadMs, isGone } = this.#slot;
    if (threadMs > this.#sentAtMs) this.prolong(threadMs);
    return isGone;
  }

  /** Ends it: what it protects must stop. A lease ends once. */
  lose(reason: LockLostReason): void {
    if (this.#lossReason !== null) return;
    this.#lossReason = reason;
    if (reason !== 'shutdown') this.#slot?.letGo();
    if (this.#isLost) this.#abort?.abort(this.loss);
  }

  /** A thread takes over when this one is late. */
  #note(): void {
    const lateMs = (this.#endsAtMs - this.#sentAtMs) / 2;
    this.#slot?.note(this.#sentAtMs, this.#isLast ? Infinity : this.#sentAtMs + lateMs);
  }

  get #isLost(): boolean {
    return this.#lossReason !== null && this.#lossReason !== 'released';
  }

  /** A first lease is short, so that its renewal comes late enough to be spared by most holders. */
  #pauseMs(leaseMs: number): number {
    return leaseMs < this.ttlMs ? leaseMs / 2 : leaseMs / 3;
  }
}
