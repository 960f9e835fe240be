import { LEASE_MS, type ClaimRenewal, type Renewable } from './claim-renewal.js';
import {
  EVERY_TAG,
  readContent,
  writeMarker,
  writeValue,
  type StoredValue,
  type TagVersions,
} from '../entry/entry-content.js';
import type { EntryStore } from '../entry/entry-store.js';
import type { ServerClock } from '../entry/server-clock.js';
import type { Swap, SwapOutcome } from '../entry/swap-batch.js';

/** Is what claims are taken and kept with. @internal */
export interface ClaimPorts {
  /** Is where claims are taken: they can be done without. */
  readonly promptStore: EntryStore;
  readonly store: EntryStore;
  readonly renewal: ClaimRenewal;
  readonly serverClock: ServerClock;
}

/** Says what is claimed. @internal */
export interface ClaimTerms {
  readonly key: string;
  /** Identifies the load. */
  readonly token: string;
  /** Are the versions of the entry's tags, from before the load. */
  readonly tags: TagVersions;
  /** Is the epoch of all tags from before the load; null when the loader cannot add tags. */
  readonly epoch: string | null;
  /** Is the value to be replaced, which is served meanwhile and comes back if there is no other. */
  readonly old: StoredValue | undefined;
}

type Replacement = Omit<Swap, 'key' | 'expected'>;

/**
 * Is the right to store what is being loaded for one key: a marker under that very key.
 *
 * Whatever removes or replaces the key takes the right away: `delete`, a pattern, `clear`, a `set`, expiry, eviction,
 * another program. So a value whose load began before an invalidation is never stored after it, on any topology, and
 * nothing else has to be kept in step.
 *
 * @internal
 */
export class LoadClaim implements Renewable {
  /** Is the marker as it stands in Redis. */
  #content = '';
  #awaited = false;

  constructor(
    private readonly ports: ClaimPorts,
    readonly terms: ClaimTerms,
  ) {}

  /**
   * Puts the marker in the place of `expected`; null stands for nothing.
   *
   * @returns null when it stands, otherwise what the key holds.
   */
  async take(expected: string | null): Promise<{ readonly found: string | null } | null> {
    const { promptStore, renewal } = this.ports;
    const { key } = this.terms;
    const content = (this.#content = this.#marker());
    const marker = { key, content, ...this.#lease() };
    const taking = expected === null ? promptStore.add(marker) : promptStore.swap({ ...marker, expected });
    const outcome = await taking;
    if (outcome.kind === 'other' && outcome.content === expected) {
      // Bytes that are no text never equal what was read of them, so nothing could ever take their place.
      await promptStore.unlink([key]);
      return this.take(null);
    }
    if (outcome.kind !== 'swapped') return { found: outcome.kind === 'other' ? outcome.content : null };
    renewal.begin(this);
    return null;
  }

  renew(): void {
    // The next time is soon; and if the claim is lost, its end will tell.
    this.#replace(() => ({ content: this.#marker(), ...this.#lease() })).catch(() => undefined);
  }

  /** Says that another process waits to be told, as far as is known: the end of the claim tells. */
  get awaited(): boolean {
    return this.#awaited;
  }

  /** Replaces the marker by the value. @returns whether the claim still stood; so do the others. */
  commit(content: string, ttlMs: number): Promise<boolean> {
    return this.#end({ content, ttlMs });
  }

  /** Puts the value back that was to be replaced, for as long as it would have stayed. */
  restore(old: StoredValue): Promise<boolean> {
    return this.#end({ content: writeValue(old), ttlMs: 1, keepsTtl: true });
  }

  /** Takes the marker away without a value. */
  release(): Promise<boolean> {
    return this.#end({ content: null, ttlMs: 0 });
  }

  /** Stops renewing; the claim ends by itself. */
  abandon(): void {
    this.ports.renewal.end(this);
  }

  #end(replacement: Replacement): Promise<boolean> {
    this.abandon();
    const end = { ...replacement, orAwaited: true };
    return this.#replace(() => end);
  }

  /** A key that holds the old value too must not expire with the claim, so the marker says how long that stands. */
  #marker(): string {
    const { token, tags, epoch, old } = this.terms;
    // Whatever tags the loader will give: a call after an invalidation must not take its value.
    const outdatedBy = epoch === null ? tags : [...tags, [EVERY_TAG, epoch] as const];
    const marker = { token, awaited: this.#awaited, tags: outdatedBy };
    if (old === undefined) return writeMarker(marker);
    return writeMarker({ ...marker, old, leaseUntil: Math.round(this.ports.serverClock.now() + LEASE_MS) });
  }

  #lease(): Pick<Replacement, 'ttlMs' | 'keepsTtl'> {
    return { ttlMs: LEASE_MS, keepsTtl: this.terms.old !== undefined };
  }

  /**
   * A process that waits marks the marker so. Where the swap does not see to that, it is tried once more with what the
   * marker is now.
   */
  async #replace(make: () => Replacement): Promise<boolean> {
    let replacement = make();
    let outcome = await this.#swap(replacement);
    if (outcome.kind === 'other' && this.#recognizes(outcome.content)) {
      replacement = make();
      outcome = await this.#swap(replacement);
    }
    if (outcome.kind !== 'swapped') return false;
    if (outcome.wasAwaited === true) this.#awaited = true;
    this.#content = replacement.content ?? '';
    return true;
  }

  #recognizes(content: string): boolean {
    const found = readContent(content);
    if (found.kind !== 'loading' || found.token !== this.terms.token) return false;
    this.#content = content;
    this.#awaited = found.awaited;
    return true;
  }

  #swap(replacement: Replacement): Promise<SwapOutcome> {
    return this.ports.store.swap({ key: this.terms.key, expected: this.#content, ...replacement });
  }
}
