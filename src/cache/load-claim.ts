import type { Cancel, Clock } from '../common/clock.js';
import { readContent, writeMarker, type TagVersions } from './entry-content.js';
import type { EntryStore } from './entry-store.js';

/** Is how long a claim stands without being renewed: what others wait for a process that died. @internal */
export const LEASE_MS = 5_000;

interface ClaimParts {
  readonly store: EntryStore;
  readonly clock: Clock;
  readonly key: string;
  readonly token: string;
  /** Are the versions of the entry's tags, read before the loader runs. */
  readonly tags: TagVersions;
  /** Is the epoch of all tags from before the load; null when the loader cannot add tags. */
  readonly epoch: string | null;
}

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
  #content: string;
  #cancel: Cancel | null = null;
  #awaited = false;
  #ended = false;

  constructor(parts: ClaimParts) {
    this.#parts = parts;
    this.#content = writeMarker({ token: parts.token, awaited: false, tags: parts.tags });
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

  /**
   * Puts the marker in the place of `expected`.
   *
   * @returns null when it stands, otherwise what the key holds.
   */
  async take(expected: string | null): Promise<{ readonly found: string | null } | null> {
    const { store, key } = this.#parts;
    const outcome = await store.swap({ key, expected, content: this.#content, ttlMs: LEASE_MS });
    if (outcome.kind !== 'swapped') return { found: outcome.kind === 'other' ? outcome.content : null };
    this.#renewLater();
    return null;
  }

  /** Replaces the marker by the value. */
  commit(content: string, ttlMs: number): Promise<ClaimEnd> {
    return this.#end(content, ttlMs);
  }

  /** Takes the marker away without a value. */
  release(): Promise<ClaimEnd> {
    return this.#end(null, 0);
  }

  /** Stops renewing; the marker expires. */
  abandon(): void {
    this.#ended = true;
    this.#cancel?.();
  }

  async #end(content: string | null, ttlMs: number): Promise<ClaimEnd> {
    this.abandon();
    const held = await this.#replace(() => content, ttlMs);
    return { held, awaited: this.#awaited };
  }

  #renewLater(): void {
    this.#cancel = this.#parts.clock.after(LEASE_MS / 3, () => {
      this.#replace(() => this.#content, LEASE_MS).then(
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
  async #replace(content: () => string | null, ttlMs: number): Promise<boolean> {
    const { store, key, token } = this.#parts;
    const swap = () => store.swap({ key, expected: this.#content, content: content(), ttlMs });
    const outcome = await swap();
    if (outcome.kind !== 'other') return outcome.kind === 'swapped';
    const found = readContent(outcome.content);
    if (found.kind !== 'loading' || found.token !== token) return false;
    this.#content = outcome.content;
    this.#awaited = found.awaited;
    return (await swap()).kind === 'swapped';
  }
}
