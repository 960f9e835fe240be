import { randomBytes } from 'node:crypto';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { Cancel, Clock } from '../../common/clock.js';
import { InjectClock } from '../../connection/connection.tokens.js';
import { PermitStore, type Permit } from './permit-store.js';

/** Is how often a lease is renewed before it would end. */
const RENEWALS_PER_LEASE = 3;

/**
 * Holds the permits of this process's calls in flight, and renews them for as long as they are. One timer serves all.
 *
 * @internal
 */
@Injectable()
export class PermitLeases implements OnApplicationShutdown {
  readonly #process = randomBytes(9).toString('base64url');
  readonly #byKey = new Map<string, Set<Permit>>();
  #count = 0;
  #renewal: { readonly everyMs: number; readonly cancel: Cancel } | null = null;

  constructor(
    private readonly store: PermitStore,
    @InjectClock() private readonly clock: Clock,
  ) {}

  /** Makes a permit that nobody else has. */
  make(key: string, leaseMs: number): Permit {
    return { key, id: `${this.#process}.${(this.#count++).toString(36)}`, leaseMs };
  }

  /** Counts the permits of a subject that this process holds. */
  count(key: string): number {
    return this.#byKey.get(key)?.size ?? 0;
  }

  /** Holds a permit until it is let go. */
  hold(permit: Permit): void {
    const permits = this.#byKey.get(permit.key) ?? new Set();
    this.#byKey.set(permit.key, permits.add(permit));
    const everyMs = permit.leaseMs / RENEWALS_PER_LEASE;
    if (this.#renewal !== null && this.#renewal.everyMs <= everyMs) return;
    this.#renewal?.cancel();
    this.#renewAfter(everyMs);
  }

  /** Lets a permit go, here and on Redis. */
  async letGo(permit: Permit): Promise<void> {
    const permits = this.#byKey.get(permit.key);
    if (permits?.delete(permit) !== true) return;
    if (permits.size === 0) this.#byKey.delete(permit.key);
    await this.store.release([permit]);
  }

  /** Gives all back that calls hold still, for the process ends. */
  async onApplicationShutdown(): Promise<void> {
    this.#renewal?.cancel();
    const held = this.#all();
    this.#byKey.clear();
    if (held.length > 0) await this.store.release(held);
  }

  #renewAfter(everyMs: number): void {
    const cancel = this.clock.after(everyMs, () => void this.#renew());
    this.#renewal = { everyMs, cancel };
  }

  async #renew(): Promise<void> {
    const held = this.#all();
    this.#renewal = null;
    if (held.length === 0) return;
    this.#renewAfter(Math.min(...held.map(({ leaseMs }) => leaseMs)) / RENEWALS_PER_LEASE);
    await this.store.renew(held);
  }

  #all(): Permit[] {
    return [...this.#byKey.values()].flatMap((permits) => [...permits]);
  }
}
