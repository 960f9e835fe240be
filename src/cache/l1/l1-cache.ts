import { LRUCache } from 'lru-cache';
import type { Clock } from '../../common/clock.js';
import { hasCurrentTags, type KeptEntry } from './kept-entry.js';
import { KeyWatches, type KeyWatch } from './key-watches.js';
import type { L1Bounds } from './l1.options.js';
import { TagStates, type TagNews, type TagState } from './tag-states.js';

/** Says how much the first tier holds. @publicApi */
export interface L1Usage {
  /** Counts the entries. */
  readonly entries: number;
  /** Is what they take, in bytes, by an estimate. */
  readonly bytes: number;
  /** Counts the entries that made room for others. */
  readonly evictions: number;
}

/** Is what the bookkeeping of an entry takes, in bytes, about. */
const OVERHEAD = 300;
/** Is what a character of the stored text takes: as text, and as the value made of it, which is larger. */
const BYTES_A_CHARACTER = 3;

/**
 * Keeps values in this process, beside what is known of their tags. It is used only while `isCurrent` says that every
 * change is heard of; what it holds when that ends may serve only while Redis is away.
 *
 * @internal
 */
export class L1Cache {
  readonly #clock: Clock;
  readonly #entries: LRUCache<string, KeptEntry>;
  readonly #tags: TagStates;
  readonly #watches = new KeyWatches();
  #evictions = 0;
  /** Says that all changes are heard of. */
  isCurrent = false;

  constructor(clock: Clock, { maxEntries, maxBytes }: L1Bounds) {
    this.#clock = clock;
    this.#tags = new TagStates(maxEntries);
    this.#entries = new LRUCache({
      max: maxEntries,
      maxSize: maxBytes,
      // Only after the change that made it go, since listeners may read from here.
      disposeAfter: ({ owner }, _, reason) => {
        if (reason !== 'evict') return;
        this.#evictions++;
        owner.evicted();
      },
    });
  }

  /** Says how much is kept at present. */
  get usage(): L1Usage {
    return {
      entries: this.#entries.size,
      bytes: this.#entries.calculatedSize,
      evictions: this.#evictions,
    };
  }

  /** Returns an entry that may be served without asking Redis. */
  fresh(key: string): KeptEntry | undefined {
    if (!this.isCurrent) return undefined;
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    return this.#clock.monotonic() < entry.freshUntilMs && hasCurrentTags(entry) ? entry : undefined;
  }

  /** Returns an entry that has not expired, for a time when Redis cannot be asked. */
  unexpired(key: string): KeptEntry | undefined {
    const entry = this.#entries.get(key);
    if (entry === undefined) return undefined;
    return this.#clock.monotonic() < entry.expiresAtMs && hasCurrentTags(entry) ? entry : undefined;
  }

  /** Keeps an entry; one that is too large for all the room there is replaces none. */
  keep(key: string, entry: KeptEntry): void {
    const size = OVERHEAD + key.length + BYTES_A_CHARACTER * entry.stored.body.length;
    this.#entries.set(key, entry, { size });
  }

  /** Returns what is known of a tag's record; undefined while changes may be missed. */
  tag(tagKey: string): TagState | undefined {
    const state = this.isCurrent ? this.#tags.of(tagKey) : undefined;
    return state !== undefined && this.#clock.monotonic() < state.knownUntilMs ? state : undefined;
  }

  /** Notes what was read of a tag's record while a watch covered it. */
  learnTag(tagKey: string, news: TagNews): void {
    this.#tags.learn(tagKey, news);
  }

  /** Begins to watch a key, before it is read. @returns null while changes may be missed. */
  watch(key: string): KeyWatch | null {
    return this.isCurrent ? this.#watches.begin(key) : null;
  }

  /** Ends a watch. @returns whether what was read meanwhile may be kept. */
  unchanged(watch: KeyWatch): boolean {
    return this.#watches.end(watch);
  }

  /** Forgets what stands under keys, entries and tags alike, and what is being read of them. */
  forget(keys: readonly string[]): void {
    // Of the many keys that are removed by pattern, most processes keep none.
    if (this.#entries.size > 0) for (const key of keys) this.#entries.delete(key);
    if (this.#tags.size > 0) for (const key of keys) this.#tags.forget(key);
    if (this.#watches.size > 0) for (const key of keys) this.#watches.changed(key);
  }

  /** Forgets everything. */
  clear(): void {
    this.#entries.clear();
    this.#tags.clear();
    this.#watches.allChanged();
  }

  /** Keeps what there is, for a time when Redis is away, but lets nothing be added by reads under way. */
  suspend(): void {
    this.isCurrent = false;
    this.#watches.allChanged();
  }
}
