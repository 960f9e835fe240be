import type { Cancel, Clock } from '../common/clock.js';
import { toError } from '../common/errors.js';
import type { SuiteEvents } from '../common/events.js';
import type { RedisGateway } from '../connection/redis-gateway.js';
import type { Lease } from './lease.js';
import type { LockLostReason } from './lock.errors.js';
import type { LockScripts, RenewReply } from './lock.scripts.js';

/** Bounds the leases in one command: a hundred take the server about as long as one round trip. */
const MAX_BATCH = 100;

/** Leaves a renewal time for a round trip, however short the lease. */
const MIN_TIMEOUT_MS = 50;

interface KeeperDeps {
  readonly redis: RedisGateway;
  readonly scripts: LockScripts;
  readonly events: SuiteEvents;
  readonly clock: Clock;
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
  #cancelWake: Cancel = () => undefined;
  #wakeAtMs = Infinity;

  constructor(deps: KeeperDeps) {
    this.#deps = deps;
  }

  /** Takes care of a lease from now on. */
  keep(lease: Lease): void {
    this.#leases.set(lease.claim.token, lease);
    this.#wakeFor(lease);
  }

  /**
   * Throws unless the lease surely holds now.
   *
   * @throws {LockLostError} when it does not.
   */
  assertHeld(lease: Lease): void {
    if (lease.lossReason === null && this.#deps.clock.monotonic() >= lease.endsAtMs)
      this.#lose(lease, 'expired');
    if (lease.loss !== null) throw lease.loss;
  }

  /**
   * Prolongs one lease now, by `ttlMs`.
   *
   * @throws {LockLostError} when it is not held any more.
   */
  async extend(lease: Lease, ttlMs: number): Promise<void> {
    this.assertHeld(lease);
    lease.ttlMs = ttlMs;
    await this.#renew([lease]);
    if (lease.loss !== null) throw lease.loss;
  }

  /** Gives a lock back. @returns whether it was held until then. */
  async release(lease: Lease): Promise<boolean> {
    const reason = lease.lossReason;
    this.#leases.delete(lease.claim.token);
    if (reason === 'gone' || reason === 'revoked') return false;
    lease.lose('released');
    const wasHeld = await this.#deps.scripts.release(lease.claim);
    const { heldMs } = lease;
    if (reason === 'expired') return false;
    if (wasHeld) this.#deps.events.emit('lock:released', { heldMs });
    else this.#deps.events.emit('lock:lost', { heldMs, reason: 'gone' });
    return wasHeld;
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

  /** Gives back whatever is still held. */
  async releaseAll(): Promise<void> {
    await Promise.all([...this.#leases.values()].map((lease) => this.releaseQuietly(lease)));
    this.#cancelWake();
  }

  /** Gives a lock back; a failure is told by an event, since the lock ends with its lease anyway. */
  async releaseQuietly(lease: Lease): Promise<void> {
    try {
      await this.release(lease);
    } catch (error) {
      this.#deps.events.emit('lock:release-failed', { error: toError(error) });
    }
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
    const nowMs = this.#deps.clock.monotonic();
    for (const lease of [...this.#leases.values()]) if (nowMs >= lease.endsAtMs) this.#lose(lease, 'expired');
    const due = [...this.#leases.values()].filter((lease) => isDue(lease, nowMs));
    for (const batch of this.#batches(due)) void this.#renewQuietly(batch);
    for (const lease of this.#leases.values()) this.#wakeFor(lease);
  }

  /** Puts together what one command may name: everything, up to a bound, or one slot's on Cluster. */
  #batches(leases: readonly Lease[]): Lease[][] {
    const byKey = new Map(leases.map((lease) => [lease.claim.keys.lease, lease]));
    return this.#deps.redis.groupKeys([...byKey.keys()]).flatMap((keys) => {
      const group = keys.map((key) => byKey.get(key)).filter((lease) => lease !== undefined);
      const count = Math.ceil(group.length / MAX_BATCH);
      return Array.from({ length: count }, (_, i) => group.slice(i * MAX_BATCH, (i + 1) * MAX_BATCH));
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
      const replies = await this.#deps.scripts.renew(leases.map(renewalOf), timeoutMs);
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
    this.#deps.scripts.release(lease.claim).catch((error: unknown) => {
      this.#deps.events.emit('lock:release-failed', { error: toError(error) });
    });
  }

  #lose(lease: Lease, reason: LockLostReason): void {
    if (reason !== 'shutdown') this.#leases.delete(lease.claim.token);
    if (lease.lossReason !== null) return;
    lease.lose(reason);
    this.#deps.events.emit('lock:lost', { heldMs: lease.heldMs, reason });
  }
}

function nextMoment(lease: Lease): number {
  return lease.isRenewing ? lease.endsAtMs : Math.min(lease.renewAtMs, lease.endsAtMs);
}

/** What is due soon goes with what is due now. */
function isDue(lease: Lease, nowMs: number): boolean {
  return !lease.isRenewing && lease.renewAtMs <= nowMs + lease.ttlMs / 10;
}

function renewalOf({
  claim: { keys, token },
  fence,
  ttlMs,
  since,
}: Lease): Parameters<LockScripts['renew']>[0][number] {
  return { keys, token, fence, ttlMs, since };
}
