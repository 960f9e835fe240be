import { hostname } from 'node:os';
import { InvalidOptionsError } from '../common/errors.js';
import { InvalidKeyError } from '../common/keys/key.errors.js';
import { HeldLock } from './held-lock.js';
import { JointLock } from './joint-lock.js';
import type { Lease } from './lease.js';
import type { Wish } from './lock-acquirer.js';
import { reenter, runWithLock } from './lock-context.js';
import type { LeaseSource } from './lock-engine.js';
import type { LockKind } from './lock-keys.js';
import { CLAIM_MS } from './lock.constants.js';
import { LockBusyError } from './lock.errors.js';
import type { Lock, OwnLock } from './lock.js';
import {
  resolveLock,
  type LockOptions,
  type ResolvedLock,
  type ResolvedLockOptions,
} from './lock.options.js';
import { SeveralLocks } from './several-locks.js';
import type { Share } from './share.scripts.js';

const TOO_SHORT = 'must have a max longer than the ttl of the lock: it is held for that long anyway';
const NO_WORKER =
  'needs one server over TCP: leave it out on Cluster, over REST and in a quorum, and choose a ttl longer than the pauses';
const ONLY_LOCKS =
  'is for locks; a permit, or one side of a read-write lock, lets its holder in once: leave it out';

const HOST = encodeURIComponent(hostname());

/** Is what somebody wants to hold. @internal */
export interface Wanted {
  readonly names: readonly string[];
  /** Is a lock unless it says otherwise. */
  readonly kind?: LockKind;
  readonly share?: Share;
  /** Heads the message when an option is bad. */
  readonly where: string;
}

/** Returns what to hold by one name, or by several; `where` heads the message when an option is bad. @internal */
export function wantedBy(resource: string | readonly string[], where: string): Wanted {
  // What is neither is refused as a name.
  return { names: Array.isArray(resource) ? (resource as readonly string[]) : [resource as string], where };
}

/**
 * Is where everything is asked for that can be held: turns names and options into claims, and leases into locks.
 *
 * @internal
 */
export class LockDesk {
  private readonly several: SeveralLocks;

  constructor(
    private readonly engine: LeaseSource,
    private readonly defaults: ResolvedLockOptions,
  ) {
    this.several = new SeveralLocks(engine);
  }

  /** Acquires what is wanted. @throws {LockBusyError} when it is held and `wait` is false. */
  async acquire(wanted: Wanted, options: LockOptions): Promise<OwnLock> {
    const lock = await this.#acquire(wanted, resolveLock(options, this.defaults, wanted.where));
    if (lock === null) throw new LockBusyError(wanted.names.join(', '));
    return lock;
  }

  /** Acquires what is wanted if it is free. @returns null when it is not. */
  async tryAcquire(wanted: Wanted, options: LockOptions): Promise<OwnLock | null> {
    return this.#acquire(wanted, { ...resolveLock(options, this.defaults, wanted.where), waitMs: 0 });
  }

  /** Runs `work` while it holds what is wanted. */
  async hold<T>(wanted: Wanted, work: (lock: Lock) => T | Promise<T>, options: LockOptions): Promise<T> {
    const lock = await this.acquire(wanted, options);
    try {
      return await runWithLock(lock, () => work(lock));
    } finally {
      await lock[Symbol.asyncDispose]();
    }
  }

  #acquire(wanted: Wanted, options: ResolvedLock): Promise<OwnLock | null> {
    if (options.blockedMs > 0) this.#assertWorker(wanted, options);
    // A writer must not come in to what it holds as a reader.
    if (options.reentrant && wanted.share !== undefined)
      throw new InvalidOptionsError(wanted.where, [{ path: 'reentrant', message: ONLY_LOCKS }]);
    const [only, another] = wanted.names;
    return only === undefined || another !== undefined || options.reentrant
      ? this.#acquireAll(wanted, options)
      : this.#acquireOne(this.#wishOf(only, wanted, options), options);
  }

  async #acquireOne(wish: Wish, options: ResolvedLock): Promise<OwnLock | null> {
    const lease = await this.engine.acquire(wish, options);
    return lease === null ? null : new HeldLock(lease, this.engine.keeper);
  }

  async #acquireAll(wanted: Wanted, options: ResolvedLock): Promise<OwnLock | null> {
    const all = wanted.names.map((resource) => this.#wishOf(resource, wanted, options));
    const wishes = [...new Map(all.map((wish) => [wish.keys.lease, wish])).values()];
    const locks = new Map<string, OwnLock>();
    if (options.reentrant) for (const wish of wishes) this.#reenter(wish, locks);
    const missing = wishes.filter(({ keys }) => !locks.has(keys.lease));
    let leases: readonly Lease[] | null = null;
    try {
      leases = await this.several.acquire(missing, options);
    } finally {
      if (leases === null) await Promise.all([...locks.values()].map((lock) => lock.release()));
    }
    if (leases === null) return null;
    for (const lease of leases) locks.set(lease.claim.keys.lease, new HeldLock(lease, this.engine.keeper));
    const inOrder = wishes.map(({ keys }) => locks.get(keys.lease)).filter((lock) => lock !== undefined);
    const [first, ...others] = inOrder;
    if (first === undefined)
      throw new InvalidKeyError('The list of resources', 'is empty; name one at least');
    return others.length === 0 ? first : new JointLock([first, ...others]);
  }

  #wishOf(resource: string, { kind, share }: Wanted, options: ResolvedLock): Wish {
    const { ttlMs, renew, owner, atLeastMs, atMostMs, blockedMs } = options;
    return {
      share,
      label: `${HOST} ${owner}`,
      ttlMs,
      // One that is never prolonged gets its whole lease at once.
      firstMs: renew ? Math.min(ttlMs, CLAIM_MS) : ttlMs,
      renew,
      atLeastMs,
      atMostMs,
      blockedMs,
      resource,
      keys: this.engine.keysOf(resource, kind),
    };
  }

  #assertWorker({ where }: Wanted, { blockedMs, ttlMs }: ResolvedLock): void {
    const problem = this.engine.keeper.hasThread ? TOO_SHORT : NO_WORKER;
    if (problem === NO_WORKER || blockedMs <= ttlMs)
      throw new InvalidOptionsError(where, [{ path: 'renewInWorker', message: problem }]);
  }

  #reenter({ keys }: Wish, locks: Map<string, OwnLock>): void {
    const entered = reenter((lock) => lock instanceof HeldLock && lock.isFor(keys, this.engine.keeper));
    if (entered !== null) locks.set(keys.lease, entered);
  }
}
