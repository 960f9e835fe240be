import type { Cancel, Clock } from '../common/clock.js';
import { toError } from '../common/errors.js';
import type { SuiteEvents } from '../common/events.js';
import type { RedisGateway } from '../connection/redis-gateway.js';
import type { Lease } from './lease.js';
import type { LockLostReason } from './lock.errors.js';
import type { RenewReply } from './lock-replies.js';
import type { LockScripts, Renewal, Returned } from './lock.scripts.js';
import type { ThreadRenewals } from './renewal/thread-renewals.js';

/** Bounds the leases in one command: a hundred take the server about as long as one round trip. */
const MAX_BATCH = 100;

/** Leaves a renewal time for a round trip, however short the lease. */
const MIN_TIMEOUT_MS = 50;

interface KeeperDeps {
  readonly redis: Pick<RedisGateway, 'groupKeys'>;
  readonly scripts: Pick<LockScripts, 'renew' | 'release'>;
  readonly events: SuiteEvents;
  readonly clock: Clock;
  /** Is null where there is no thread to prolong leases. */
  readonly thread: Pick<ThreadRenewals, 'add' | 'takeBack'> | null;
}

/**
 * Keeps the leases that this process holds: prolongs them in batches, and ends each before it ends at the server. One
 * timer serves all of them. It is left to run when the last lease is released: most are, long before it is due.
 *
 * @internal
 */
export class LeaseKeeper {
  readonly #deps: KeeperDeps;
  readonly #leases = new Map<string, Lease>();
  readonly #keptOn = new Set<Cancel>();
  #cancelWake: Cancel = () => undefined;
  #wakeAtMs = Infinity;

  constructor(deps: KeeperDeps) {
    this.#deps = deps;
  }

  /** Says whether leases can be kept while the event loop is blocked. */
  get hasThread(): boolean {
    return this.#deps.thread !== null;
  }

  /** Takes care of a lease from now on. */
  keep(lease: Lease): void {
    this.#leases.set(lease.claim.token, lease);
    this.#keepByThread(lease);
    this.#wakeFor(lease);
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
      await this.#renew([lease]);
    } finally {
      if (isShared && lease.lossReason === null) this.#keepByThread(lease);
    }
    if (lease.loss !== null) throw lease.loss;
  }

  /** Gives a lock back, or keeps it on until its least time is over. @returns whether it was held until then. */
  async release(lease: Lease): Promise<boolean> {
    const reason = lease.lossReason;
    this.#leases.delete(lease.claim.token);
    if (reason === 'gone' || reason === 'revoked') return false;
    lease.lose('released');
    const hasEnded = reason === 'expired' || reason === 'overrun';
    const wasHeld =
      lease.keepMs >= 1 && !hasEnded
        ? await this.#keepOn(lease)
        : await this.#deps.scripts.release(returned(lease));
    const { heldMs } = lease;
    if (hasEnded) return false;
    if (wasHeld) this.#deps.events.emit('lock:released', { heldMs });
    else this.#deps.events.emit('lock:lost', { heldMs, reason: 'gone' });
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

  /** Ends a lease of this process that was released by force. */
  revoke(token: string): void {
    const lease = this.#leases.get(token);
    if (lease !== undefined) this.#lose(lease, 'revoked');
  }

  /** Asks the server about a lease that somebody else found missing. */
  check(token: string): void {
    const lease = this.#leases.get(token);
    if (lease !== undefined) void this.#renewQuietly([lease]);
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
    this.#cancelWake();
    this.#wakeAtMs = Infinity;
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
    const [reply] = await scripts.renew([renewalOf(lease, keepMs)], lease.ttlMs + MIN_TIMEOUT_MS);
    const cancel = clock.after(keepMs, () => {
      this.#keptOn.delete(cancel);
      void this.giveUp(returned(lease));
    });
    this.#keptOn.add(cancel);
    return reply !== 'gone';
  }

  #wakeFor(lease: Lease): void {
    const atMs = nextMoment(lease);
    if (atMs >= this.#wakeAtMs) return;
    this.#cancelWake();
    this.#wakeAtMs = atMs;
    const delayMs = Math.max(0, atMs - this.#deps.clock.monotonic());
    this.#cancelWake = this.#deps.clock.after(delayMs, () => this.#wake());
  }

  #wake(): void {
    this.#wakeAtMs = Infinity;
    for (const lease of [...this.#leases.values()]) this.#endIfOver(lease);
    const nowMs = this.#deps.clock.monotonic();
    const due = [...this.#leases.values()].filter((lease) => isDue(lease, nowMs));
    for (const batch of this.#batches(due)) void this.#renewQuietly(batch);
    for (const lease of this.#leases.values()) this.#wakeFor(lease);
  }

  /** Puts together what one command may name: everything of one kind, up to a bound, or one slot's on Cluster. */
  #batches(leases: readonly Lease[]): Lease[][] {
    const byKey = new Map<string, Lease[]>();
    for (const lease of leases) {
      const { lease: key } = lease.claim.keys;
      byKey.set(key, [...(byKey.get(key) ?? []), lease]);
    }
    return this.#deps.redis.groupKeys([...byKey.keys()]).flatMap((keys) => {
      const group = keys.flatMap((key) => byKey.get(key) ?? []);
      const isShare = ({ claim }: Lease) => claim.share !== undefined;
      return [group.filter((lease) => !isShare(lease)), group.filter(isShare)].flatMap(inBatches);
    });
  }

  async #renewQuietly(leases: readonly Lease[]): Promise<void> {
    try {
      await this.#renew(leases);
    } catch (error) {
      this.#deps.events.emit('lock:renewal-failed', { leases: leases.length, error: toError(error) });
      const nowMs = this.#deps.clock.monotonic();
      for (const lease of leases) lease.renewAtMs = nowMs + Math.min(lease.ttlMs / 20, 1_000);
      for (const lease of leases) if (this.#leases.has(lease.claim.token)) this.#wakeFor(lease);
    }
  }

  async #renew(leases: readonly Lease[]): Promise<void> {
    const sentAtMs = this.#deps.clock.monotonic();
    const timeoutMs = Math.ceil(Math.max(MIN_TIMEOUT_MS, Math.min(...leases.map(({ ttlMs }) => ttlMs)) / 3));
    for (const lease of leases) lease.isRenewing = true;
    try {
      const renewals = leases.map((lease) => renewalOf(lease, lease.nextMs(sentAtMs)));
      const replies = await this.#deps.scripts.renew(renewals, timeoutMs);
      leases.forEach((lease, i) => this.#settle(lease, replies[i] ?? 'gone', sentAtMs));
    } finally {
      for (const lease of leases) lease.isRenewing = false;
    }
    for (const lease of leases) if (this.#leases.has(lease.claim.token)) this.#wakeFor(lease);
  }

  #settle(lease: Lease, reply: RenewReply, sentAtMs: number): void {
    if (!this.#leases.has(lease.claim.token)) return;
    if (reply !== 'gone') {
      lease.prolong(sentAtMs);
      return;
    }
    this.#lose(lease, 'gone');
    // Whoever waits need not wait for the end of a lease that somebody deleted.
    void this.giveUp(returned(lease));
  }

  #keepByThread(lease: Lease): void {
    if (lease.claim.blockedMs > 0) this.#deps.thread?.add(lease, renewalOf(lease, lease.ttlMs));
  }

  #endIfOver(lease: Lease): void {
    if (lease.catchUp()) this.#lose(lease, 'gone');
    else if (this.#deps.clock.monotonic() >= lease.endsAtMs) this.#lose(lease, lease.endReason);
  }

  #lose(lease: Lease, reason: LockLostReason): void {
    if (reason !== 'shutdown') this.#leases.delete(lease.claim.token);
    if (lease.lossReason !== null) return;
    lease.lose(reason);
    this.#deps.events.emit('lock:lost', { heldMs: lease.heldMs, reason });
  }
}

function inBatches(leases: readonly Lease[]): Lease[][] {
  const count = Math.ceil(leases.length / MAX_BATCH);
  return Array.from({ length: count }, (_, i) => leases.slice(i * MAX_BATCH, (i + 1) * MAX_BATCH));
}

function nextMoment(lease: Lease): number {
  return lease.isRenewing ? lease.endsAtMs : Math.min(lease.renewAtMs, lease.endsAtMs);
}

/** What is due soon goes with what is due now. */
function isDue(lease: Lease, nowMs: number): boolean {
  return !lease.isRenewing && lease.renewAtMs <= nowMs + lease.ttlMs / 10;
}

function renewalOf({ claim, fence, since }: Lease, ttlMs: number): Renewal {
  const { keys, token, label, share } = claim;
  return { keys, token, label, share, fence, ttlMs, since };
}

function returned({ claim, fence, ttlMs }: Lease): Returned {
  const { keys, token, label, firstMs, share } = claim;
  return { keys, token, label, ttlMs, firstMs, share, fence };
}
