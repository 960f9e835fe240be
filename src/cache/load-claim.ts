import type { Cancel, Clock } from '../common/clock.js';
import { readContent, writeMarker, writeValue, type StoredValue, type TagVersions } from './entry-content.js';
import type { EntryStore } from './entry-store.js';
import type { ServerClock } from './server-clock.js';
import type { Swap, SwapOutcome } from './swap-batch.js';

/** Is how long a claim stands without being renewed: what others wait for a process that died. @internal */
export const LEASE_MS = 2_000;

interface ClaimParts {
  /** Is where claims are taken: they can be done without. */
  readonly promptStore: EntryStore;
  readonly store: EntryStore;
  readonly clock: Clock;
  readonly serverClock: ServerClock;
  readonly key: string;
  readonly token: string;
  /** Are the versions of the entry's tags, read before the loader runs. */
  readonly tags: TagVersions;
  /** Is the epoch of all tags from before the load; null when the loader cannot add tags. */
  readonly epoch: string | null;
  /** Is the value to be replaced, which is served meanwhile and comes back if there is no other. */
  readonly old: StoredValue | undefined;
}

type Replacement = Omit<Swap, 'key' | 'expected'>;

/** Says how a claim ended. @internal */
export interface ClaimEnd {
  /** Says that the claim still stood. */
  readonly held: boolean;
  /** Says that another process waits to be told. */
  readonly awaited: boolean;
}

/**
 * Is the right to store what is being loaded for one key: a marker under that very key.
 *
 * Whatever removes or replaces the key takes the right away: `delete`, a pattern, `clear`, a `set`, expiry, eviction,
 * another program. So a value whose load began before an invalidation is never stored after it, on any topology, and
 * nothing else has to be kept in step.
 *
 * @internal
 */
export class LoadClaim {
  readonly #parts: ClaimParts;
  /** Is the marker as it stands in Redis. */
  #content: string;
  #cancel: Cancel | null = null;
  #awaited = false;
  #ended = false;

  constructor(parts: ClaimParts) {
    this.#parts = parts;
    this.#content = this.#marker();
  }

  /** Identifies the load. */
  get token(): string {
    return this.#parts.token;
  }

  /** Is the epoch of all tags from before the load. */
  get epoch(): string | null {
    return this.#parts.epoch;
  }

  /** Are the versions of the entry's tags from before the load. */
  get tags(): TagVersions {
    return this.#parts.tags;
  }

  /** Is the value to be replaced. */
  get old(): StoredValue | undefined {
    return this.#parts.old;
  }

  /**
   * Puts the marker in the place of `expected`.
   *
   * @returns null when it stands, otherwise what the key holds.
   */
  async take(expected: string | null): Promise<{ readonly found: string | null } | null> {
    const { promptStore, key } = this.#parts;
    const content = (this.#content = this.#marker());
    const outcome = await promptStore.swap({ key, expected, content, ...this.#lease() });
    if (outcome.kind !== 'swapped') return { found: outcome.kind === 'other' ? outcome.content : null };
    this.#renewLater();
    return null;
  }

  /** Replaces the marker by the value. */
  commit(content: string, ttlMs: number): Promise<ClaimEnd> {
    return this.#end({ content, ttlMs });
  }

  /** Puts the value back that was to be replaced, for as long as it would have stayed. */
  restore(old: StoredValue): Promise<ClaimEnd> {
    return this.#end({ content: writeValue(old), ttlMs: 1, keepsTtl: true });
  }

  /** Takes the marker away without a value. */
  release(): Promise<ClaimEnd> {
    return this.#end({ content: null, ttlMs: 0 });
  }

  /** Stops renewing; the claim ends by itself. */
  abandon(): void {
    this.#ended = true;
    this.#cancel?.();
  }

  async #end(replacement: Replacement): Promise<ClaimEnd> {
    this.abandon();
    const held = await this.#replace(() => replacement);
    return { held, awaited: this.#awaited };
  }

  /** A key that holds the old value too must not expire with the claim, so the marker says how long that stands. */
  #marker(): string {
    const { token, tags, old, serverClock } = this.#parts;
    const marker = { token, awaited: this.#awaited, tags };
    if (old === undefined) return writeMarker(marker);
    return writeMarker({ ...marker, old, leaseUntil: Math.round(serverClock.now() + LEASE_MS) });
  }

  #lease(): Pick<Replacement, 'ttlMs' | 'keepsTtl'> {
    return { ttlMs: LEASE_MS, keepsTtl: this.#parts.old !== undefined };
  }

  #renewLater(): void {
    this.#cancel = this.#parts.clock.after(LEASE_MS / 3, () => {
      this.#replace(() => ({ content: this.#marker(), ...this.#lease() })).then(
        (held) => {
          if (held && !this.#ended) this.#renewLater();
        },
        () => {
          if (!this.#ended) this.#renewLater();
        },
      );
    });
  }

  /** A process that waits marks the marker so; then the swap is tried once more with what the marker is now. */
  async #replace(make: () => Replacement): Promise<boolean> {
    const outcome = await this.#swap(make());
    if (outcome.kind !== 'other') return outcome.kind === 'swapped';
    const found = readContent(outcome.content);
    if (found.kind !== 'loading' || found.token !== this.#parts.token) return false;
    this.#content = outcome.content;
    this.#awaited = found.awaited;
    return (await this.#swap(make())).kind === 'swapped';
  }

  async #swap(replacement: Replacement): Promise<SwapOutcome> {
    const { store, key } = this.#parts;
    const outcome = await store.swap({ key, expected: this.#content, ...replacement });
    if (outcome.kind === 'swapped' && replacement.content !== null) this.#content = replacement.content;
    return outcome;
  }
}
