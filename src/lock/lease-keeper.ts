import type { Cancel, Clock } from '../common/clock.js';
import { toError } from '../common/errors.js';
import type { SuiteEvents } from '../common/events.js';
import type { RedisGateway } from '../connection/redis-gateway.js';
import { renewalOf, returned } from './lease-claims.js';
import { LeaseRenewals } from './lease-renewals.js';
import type { Lease } from './lease.js';
import { MIN_RENEWAL_MS } from './lock.constants.js';
import type { LockLostReason } from './lock.errors.js';
import type { LockScripts, Returned } from './lock.scripts.js';
import type { ThreadRenewals } from './renewal/thread-renewals.js';

/** Bounds what is remembered of leases not known here; only those count whose grant is still on its way. */
const MAX_EARLY = 1_000;

interface KeeperDeps {
  readonly redis: Pick<RedisGateway, 'groupKeys'>;
  readonly scripts: Pick<LockScripts, 'renew' | 'release'>;
  readonly events: SuiteEvents;
  readonly clock: Clock;
  /** Is null where there is no thread to prolong leases. */
  readonly thread: Pick<ThreadRenewals, 'add' | 'takeBack'> | null;
}

/**
 * Keeps the leases that this process holds, until they are given back or lost, and tells their holders.
 *
 * @internal
 */
export class LeaseKeeper {
  readonly #deps: KeeperDeps;
  readonly #leases = new Map<string, Lease>();
  readonly #renewals: LeaseRenewals;
  readonly #keptOn = new Set<Cancel>();
  /** Are claims whose leases were released by force before this process knew of them. */
  readonly #revokedEarly = new Set<string>();

  constructor(deps: KeeperDeps) {
    this.#deps = deps;
    this.#renewals = new LeaseRenewals({
      ...deps,
      leases: this.#leases,
      endIfOver: (lease) => this.#endIfOver(lease),
      onGone: (lease) => this.#onGone(lease),
    });
  }

  /** Says whether leases can be kept while the event loop is blocked. */
  get hasThread(): boolean {
    return this.#deps.thread !== null;
  }

  /** Takes care of a lease from now on, unless it has been released by force already: then it is lost. */
  keep(lease: Lease): void {
    if (this.#revokedEarly.delete(lease.claim.token)) {
      this.#lose(lease, 'revoked');
      return;
    }
    this.#leases.set(lease.claim.token, lease);
    this.#keepByThread(lease);
    this.#renewals.watch(lease);
  }

  /** Says whether the claim of this name holds its lock. */
  has(token: string): boolean {
    return this.#leases.has(token);
  }

  /**
   * Throws unless the lease surely holds now.
   *
   * @throws {LockLostError} when it does not.
   */
  assertHeld(lease: Lease): void {
    if (lease.lossReason === null) this.#endIfOver(lease);
    if (lease.loss !== null) throw lease.loss;
  }

  /**
   * Prolongs one lease now, by `ttlMs`.
   *
   * @throws {LockLostError} when it is not held any more.
   */
  async extend(lease: Lease, ttlMs: number): Promise<void> {
    this.assertHeld(lease);
    const isShared = lease.claim.blockedMs > 0 && lease.ttlMs !== ttlMs;
    if (isShared) await this.#deps.thread?.takeBack(lease);
    lease.ttlMs = ttlMs;
    try {
      await this.#renewals.renew([lease]);
    } finally {
      if (isShared && lease.lossReason === null) this.#keepByThread(lease);
    }
    if (lease.loss !== null) throw lease.loss;
  }

  /** Gives a lock back, or keeps it on until its least time is over. @returns whether it was held until then. */
  async release(lease: Lease): Promise<boolean> {
    const reason = lease.lossReason;
    const isKept = this.#leases.delete(lease.claim.token);
    if (reason === 'gone' || reason === 'revoked') return false;
    // The application gave it back when it shut down, before its holder did.
    if (reason === 'shutdown' && !isKept) return false;
    const isOver = this.#isOver(lease);
    lease.lose('released');
    if (reason === 'expired' || reason === 'overrun') {
      // It is lost, whether or not the server can be told.
      await this.giveUp(returned(lease));
      return false;
    }
    const wasHeld =
      lease.keepMs >= 1 ? await this.#keepOn(lease) : await this.#deps.scripts.release(returned(lease));
    const { heldMs } = lease;
    if (wasHeld) this.#deps.events.emit('lock:released', { heldMs });
    else this.#deps.events.emit('lock:lost', { heldMs, reason: isOver ? lease.endReason : 'gone' });
    return wasHeld;
  }

  /** Gives a lock back that nobody has used; a failure is told by an event. */
  async discard(lease: Lease): Promise<void> {
    this.#leases.delete(lease.claim.token);
    lease.lose('released');
    await this.giveUp(returned(lease));
  }

  /** Gives back whatever there is of a claim that holds nothing here; a failure is told by an event. */
  async giveUp(claim: Returned): Promise<void> {
    try {
      await this.#deps.scripts.release(claim);
    } catch (error) {
      this.#deps.events.emit('lock:release-failed', { error: toError(error) });
    }
  }

  /** Ends a lease of this process that was released by force. The word may overtake the answer that grants it. */
  revoke(token: string): void {
    const lease = this.#leases.get(token);
    if (lease !== undefined) this.#lose(lease, 'revoked');
    else this.#revokeEarly(token);
  }

  /** Asks the server about a lease that somebody else found missing. */
  check(token: string): void {
    const lease = this.#leases.get(token);
    if (lease !== undefined) void this.#renewals.renewQuietly([lease]);
  }

  /** Tells every holder to stop; their leases last until they or `releaseAll` give them back. */
  interrupt(): void {
    for (const lease of [...this.#leases.values()]) this.#lose(lease, 'shutdown');
  }

  /** Gives back whatever is still held, except what has to be kept on: that ends by itself. */
  async releaseAll(): Promise<void> {
    for (const cancel of this.#keptOn) cancel();
    this.#keptOn.clear();
    await Promise.all([...this.#leases.values()].map((lease) => this.releaseQuietly(lease)));
    this.#renewals.stop();
  }

  /** Gives a lock back; a failure is told by an event, since the lock ends with its lease anyway. */
  async releaseQuietly(lease: Lease): Promise<void> {
    try {
      await this.release(lease);
    } catch (error) {
      this.#deps.events.emit('lock:release-failed', { error: toError(error) });
    }
  }

  /** Lets a lease end when its least time is over; whoever waits is told then. @returns whether it was held. */
  async #keepOn(lease: Lease): Promise<boolean> {
    const { clock, scripts } = this.#deps;
    const keepMs = Math.ceil(lease.keepMs);
    const [reply] = await scripts.renew([renewalOf(lease, keepMs)], lease.ttlMs + MIN_RENEWAL_MS);
    const cancel = clock.after(keepMs, () => {
      this.#keptOn.delete(cancel);
      void this.giveUp(returned(lease));
    });
    this.#keptOn.add(cancel);
    return reply !== 'gone';
  }

  #revokeEarly(token: string): void {
    this.#revokedEarly.add(token);
    const [oldest] = this.#revokedEarly;
    if (this.#revokedEarly.size > MAX_EARLY) this.#revokedEarly.delete(oldest as string);
  }

  #onGone(lease: Lease): void {
    this.#lose(lease, 'gone');
    // Whoever waits need not wait for the end of a lease that somebody deleted.
    void this.giveUp(returned(lease));
  }

  #keepByThread(lease: Lease): void {
    if (lease.claim.blockedMs > 0) this.#deps.thread?.add(lease, renewalOf(lease, lease.ttlMs));
  }

  #endIfOver(lease: Lease): void {
    if (lease.catchUp()) this.#lose(lease, 'gone');
    else if (this.#isOver(lease)) this.#lose(lease, lease.endReason);
  }

  #isOver(lease: Lease): boolean {
    return this.#deps.clock.monotonic() >= lease.endsAtMs;
  }

  #lose(lease: Lease, reason: LockLostReason): void {
    if (reason !== 'shutdown') this.#leases.delete(lease.claim.token);
    if (lease.lossReason !== null) return;
    lease.lose(reason);
    this.#deps.events.emit('lock:lost', { heldMs: lease.heldMs, reason });
  }
}
