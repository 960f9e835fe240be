import type { Cancel, Clock } from '../common/clock.js';
import { toError } from '../common/errors.js';
import type { SuiteEvents } from '../common/events.js';
import type { RedisGateway } from '../connection/redis-gateway.js';
import { renewalOf } from './lease-claims.js';
import type { Lease } from './lease.js';
import type { RenewReply } from './lock-replies.js';
import { MIN_RENEWAL_MS } from './lock.constants.js';
import type { LockScripts } from './lock.scripts.js';

/** Bounds the leases in one command: a hundred take the server about as long as one round trip. */
const MAX_BATCH = 100;

interface RenewalsDeps {
  readonly redis: Pick<RedisGateway, 'groupKeys'>;
  readonly scripts: Pick<LockScripts, 'renew'>;
  readonly events: SuiteEvents;
  readonly clock: Clock;
  /** Are the leases that are held, by the tokens of their claims. */
  readonly leases: ReadonlyMap<string, Lease>;
  /** Ends a lease that is over by the clock. */
  readonly endIfOver: (lease: Lease) => void;
  /** Is told of a lease that the server does not know any more. */
  readonly onGone: (lease: Lease) => void;
}

/**
 * Prolongs leases in batches, and sees to it that each is ended before it ends at the server. One timer serves all of
 * them. It is left to run when the last lease is released: most are, long before it is due.
 *
 * @internal
 */
export class LeaseRenewals {
  readonly #deps: RenewalsDeps;
  #cancelWake: Cancel = () => undefined;
  #wakeAtMs = Infinity;

  constructor(deps: RenewalsDeps) {
    this.#deps = deps;
  }

  /** Looks after no lease any more. */
  stop(): void {
    this.#cancelWake();
    this.#wakeAtMs = Infinity;
  }

  /** Looks after a lease from now on, again and again while it is one of the leases. */
  watch(lease: Lease): void {
    const atMs = nextMoment(lease);
    if (atMs >= this.#wakeAtMs) return;
    this.#cancelWake();
    this.#wakeAtMs = atMs;
    const delayMs = Math.max(0, atMs - this.#deps.clock.monotonic());
    this.#cancelWake = this.#deps.clock.after(delayMs, () => this.#wake());
  }

  /** Prolongs leases in one command; a failure is told by an event, and tried again soon. */
  async renewQuietly(leases: readonly Lease[]): Promise<void> {
    try {
      await this.renew(leases);
    } catch (error) {
      this.#deps.events.emit('lock:renewal-failed', { leases: leases.length, error: toError(error) });
      const nowMs = this.#deps.clock.monotonic();
      for (const lease of leases) lease.renewAtMs = nowMs + Math.min(lease.ttlMs / 20, 1_000);
      for (const lease of leases) if (this.#deps.leases.has(lease.claim.token)) this.watch(lease);
    }
  }

  /** Prolongs leases in one command. */
  async renew(leases: readonly Lease[]): Promise<void> {
    const sentAtMs = this.#deps.clock.monotonic();
    const timeoutMs = Math.ceil(Math.max(MIN_RENEWAL_MS, Math.min(...leases.map(({ ttlMs }) => ttlMs)) / 3));
    for (const lease of leases) lease.isRenewing = true;
    try {
      const renewals = leases.map((lease) => renewalOf(lease, lease.nextMs(sentAtMs)));
      const replies = await this.#deps.scripts.renew(renewals, timeoutMs);
      leases.forEach((lease, i) => this.#settle(lease, replies[i] ?? 'gone', sentAtMs));
    } finally {
      for (const lease of leases) lease.isRenewing = false;
    }
    for (const lease of leases) if (this.#deps.leases.has(lease.claim.token)) this.watch(lease);
  }

  #wake(): void {
    this.#wakeAtMs = Infinity;
    for (const lease of [...this.#deps.leases.values()]) this.#deps.endIfOver(lease);
    const nowMs = this.#deps.clock.monotonic();
    const due = [...this.#deps.leases.values()].filter((lease) => isDue(lease, nowMs));
    for (const batch of this.#batches(due)) void this.renewQuietly(batch);
    for (const lease of this.#deps.leases.values()) this.watch(lease);
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

  #settle(lease: Lease, reply: RenewReply, sentAtMs: number): void {
    if (!this.#deps.leases.has(lease.claim.token)) return;
    if (reply === 'gone') this.#deps.onGone(lease);
    else lease.prolong(sentAtMs);
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
