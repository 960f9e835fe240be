import type { Clock } from '../../common/clock.js';
import type { RedisGateway } from '../../connection/redis-gateway.js';
import type { StoredValue } from '../entry/entry-content.js';
import type { CacheFormOptions } from '../entry/entry-options.js';
import type { EntryRequest } from '../load/load-request.js';
import { isAskedFor, isSameForm, type KeptEntry } from './kept-entry.js';
import type { KeyWatch } from './key-watches.js';
import { L1Cache } from './l1-cache.js';
import { L1Coherence, MAX_AGE_MS, type L1CoherenceMode } from './l1-coherence.js';
import type { L1Stats } from './l1-stats.js';
import type { ResolvedL1Options } from './l1.options.js';
import type { OwnCopy } from './own-copy.js';
import type { TagState } from './tag-states.js';

/** Says that a value is not kept; `undefined` is a value. @internal */
export const NOT_KEPT = Symbol('not kept');

interface TierParts {
  readonly redis: RedisGateway;
  readonly clock: Clock;
  /** Returns milliseconds since 1970 by the clock of the server. */
  readonly serverNow: () => number;
  /** Is what all keys of the cache begin with. */
  readonly prefix: string;
  /** Is null when the tier is off. */
  readonly options: ResolvedL1Options | null;
  readonly onMode: (mode: L1CoherenceMode) => void;
}

/** Is a read under way whose value may be kept. @internal */
export interface ReadWatch {
  readonly watch: KeyWatch;
  /** Is when it began, on the steady clock: what it brings may be as old. */
  readonly sinceMs: number;
}

/** Is a value that was just read, with what it takes to keep it. @internal */
export interface FreshRead {
  readonly stored: StoredValue;
  readonly own: OwnCopy;
  /** Is the remaining ttl in Redis, in ms; negative for none. */
  readonly ttlMs: number;
}

/** Is what was read of a tag's record. @internal */
export interface TagRecord {
  readonly version: string | null;
  /** Is the remaining ttl in Redis, in ms, if that was read too. */
  readonly ttlMs?: number;
}

/** Keeps nothing: it is never made current. */
const NO_ROOM = { maxEntries: 1, maxBytes: 1, maxAgeMs: 0 };

/**
 * Is the first tier of the cache: values that this process keeps and serves without asking Redis, as long as it hears of
 * every change.
 *
 * @internal
 */
export class L1Tier {
  readonly #parts: TierParts;
  readonly #cache: L1Cache;
  readonly #coherence: L1Coherence;
  readonly #maxAgeMs: number;

  constructor(parts: TierParts) {
    const { clock, options, redis, prefix, onMode } = parts;
    const { maxAgeMs, ...bounds } = options ?? NO_ROOM;
    this.#parts = parts;
    this.#maxAgeMs = maxAgeMs;
    this.#cache = new L1Cache(clock, bounds);
    this.#coherence = new L1Coherence({ redis, l1: this.#cache, prefix, onMode });
  }

  /** Says what the tier holds, and how it follows changes. */
  get stats(): L1Stats {
    const { mode } = this.#coherence;
    const isOff = this.#parts.options === null;
    return { coherence: isOff ? 'off' : mode, ...this.#cache.usage };
  }

  /** Returns a copy of a value for which no question is open: the short way of a hit. @returns NOT_KEPT otherwise. */
  serve(key: string, options: CacheFormOptions | undefined): unknown {
    const entry = this.#cache.fresh(key);
    if (entry === undefined || entry.copy === null || !isAskedFor(entry.form, options)) return NOT_KEPT;
    return entry.copy(entry.value as never);
  }

  /** Returns what may be served without asking Redis; null when there is nothing. */
  find({ key, entry }: EntryRequest): KeptEntry | null {
    const kept = this.#cache.fresh(key);
    if (kept === undefined || !isSameForm(kept.form, entry)) return null;
    return this.#parts.clock.monotonic() - kept.keptAtMs < entry.l1MaxAgeMs ? kept : null;
  }

  /** Returns what may be served while Redis is away: old values too, whose age says what they are good for. */
  findAway({ key, entry }: EntryRequest): KeptEntry | null {
    const kept = entry.l1MaxAgeMs === 0 ? undefined : this.#cache.unexpired(key);
    return kept !== undefined && isSameForm(kept.form, entry) ? kept : null;
  }

  /** Tells whether an entry is one that processes keep. */
  keeps({ entry }: EntryRequest): boolean {
    return this.#parts.options !== null && entry.l1MaxAgeMs !== 0;
  }

  /** Begins to watch the key of an entry that is about to be read. @returns null when it will not be kept. */
  begin(request: EntryRequest): ReadWatch | null {
    if (!this.keeps(request)) return null;
    this.#coherence.start();
    const watch = this.#cache.watch(request.key);
    return watch && { watch, sinceMs: this.#parts.clock.monotonic() };
  }

  /** Ends a watch, and keeps what was read if it is still what Redis holds. */
  end({ watch, sinceMs }: ReadWatch, request: EntryRequest, read: FreshRead | null): void {
    if (!this.#cache.unchanged(watch) || read === null) return;
    const tags = this.#statesOf(request, read.stored);
    if (tags !== null) this.#cache.keep(request.key, this.#kept(request, read, { tags, sinceMs }));
  }

  /** Returns the version of a tag's record if it is known, and known to live that long. */
  tagVersion(tagKey: string, livesForMs = 0): string | undefined {
    // Where nobody tells of changes, Redis is asked: entries in the process may be old for moments, those in Redis not.
    const state = this.#coherence.mode === 'ttl' ? undefined : this.#cache.tag(tagKey);
    if (state === undefined) return undefined;
    const isLasting = livesForMs === 0 || this.#parts.clock.monotonic() + livesForMs < state.livesUntilMs;
    return isLasting ? state.version : undefined;
  }

  /** Begins to watch tags' records that are about to be read. */
  beginTags(tagKeys: readonly string[]): (KeyWatch | null)[] {
    return tagKeys.map((key) => this.#cache.watch(key));
  }

  /** Ends watches of tags' records, and notes the versions that are still what Redis holds. */
  endTags(watches: readonly (KeyWatch | null)[], records: readonly TagRecord[] | null): void {
    const now = this.#parts.clock.monotonic();
    const knownUntilMs = now + MAX_AGE_MS[this.#coherence.mode];
    watches.forEach((watch, index) => {
      if (watch === null || !this.#cache.unchanged(watch)) return;
      const { version = null, ttlMs = 0 } = records?.[index] ?? {};
      if (version === null) return;
      this.#cache.learnTag(watch.key, { version, knownUntilMs, livesUntilMs: ttlMs > 0 ? now + ttlMs : 0 });
    });
  }

  /** Forgets what this process changes itself, at once: it reads its own writes, whenever the news of them arrive. */
  forget(keys: readonly string[]): void {
    this.#cache.forget(keys);
  }

  /** Forgets everything, when nobody can say what changes. */
  clear(): void {
    this.#cache.clear();
  }

  /** Tells the other processes of this one's changes, where the server does not. */
  announce(keys: readonly string[]): void {
    if (this.#parts.options === null) return;
    this.#coherence.start();
    this.#coherence.announce(keys);
  }

  #kept(
    { entry, meter }: EntryRequest,
    { stored, own, ttlMs }: FreshRead,
    { tags, sinceMs }: { readonly tags: TagState[]; readonly sinceMs: number },
  ): KeptEntry {
    const { clock, serverNow } = this.#parts;
    const now = clock.monotonic();
    const expiresAtMs = ttlMs < 0 ? Infinity : now + ttlMs;
    const { freshness } = stored;
    const refreshAtMs = freshness === undefined ? Infinity : now + freshness.refreshFrom - serverNow();
    const maxAgeMs = Math.min(this.#maxAgeMs, entry.l1MaxAgeMs, MAX_AGE_MS[this.#coherence.mode]);
    const { codec, as, schema, version, encrypt } = entry;
    return {
      stored,
      form: { codec, as, schema, version, encrypt },
      ...own,
      ...{ tags, keptAtMs: sinceMs, expiresAtMs },
      freshUntilMs: Math.min(expiresAtMs, refreshAtMs, sinceMs + maxAgeMs),
      owner: meter,
    };
  }

  /** @returns null when a version is not known to be current. */
  #statesOf({ space }: EntryRequest, { tags }: StoredValue): TagState[] | null {
    const states: TagState[] = [];
    for (const [tag, version] of tags) {
      const state = this.#cache.tag(space.tag(tag));
      if (state?.version !== version) return null;
      states.push(state);
    }
    return states;
  }
}
