import { RedisUnavailableError } from '../connection/connection.errors.js';
import type { CacheTier } from './cache.events.js';
import { CacheCodecError } from './cache.errors.js';
import type { ValueCodec } from './codec/value-codec.js';
import { formOfFailure } from './codec/value-form.js';
import {
  readContent,
  type EntryContent,
  type Freshness,
  type LoadMarker,
  type StoredFailure,
  type StoredValue,
  type TagVersions,
} from './entry-content.js';
import type { EntryStore } from './entry-store.js';
import { ownCopy } from './l1/copy-plan.js';
import type { KeptEntry } from './l1/kept-entry.js';
import type { KeyWatch } from './l1/key-watches.js';
import type { FreshRead, L1Tier } from './l1/l1-tier.js';
import type { EntryRequest } from './load-request.js';
import type { OldValue } from './old-value.js';
import type { ServerClock } from './server-clock.js';
import { revivedFailure } from './shared-failure.js';
import type { TagStore } from './tag-store.js';

/** Is what a read found. @internal */
export type Look =
  /** There is a value, and it is fresh; `due` is there when it should be loaded anew all the same. */
  | {
      readonly kind: 'hit';
      readonly tier: CacheTier;
      readonly value: unknown;
      /** Is what it was made from, if that is all the key holds in Redis. */
      readonly stored?: StoredValue;
      readonly freshness?: Freshness;
      readonly due?: { readonly content: string; readonly old: OldValue };
    }
  /** Somebody is loading the value; `old` is the one from before. */
  | {
      readonly kind: 'loading';
      readonly token: string;
      readonly awaited: boolean;
      readonly content: string;
      readonly old?: OldValue;
    }
  /** There is no fresh value; `content` is what stands in its place: old, outdated, unreadable, or nothing. */
  | { readonly kind: 'miss'; readonly content: string | null; readonly old?: OldValue }
  /** A load has failed a short while ago. */
  | { readonly kind: 'failed'; readonly error: unknown };

type Hit = Extract<Look, { kind: 'hit' }>;

/** Is what a key held in Redis, and nothing else. */
type FreshHit = Hit & { readonly stored: StoredValue };

/** Is what Redis answers to PTTL when there is no key. */
const GONE = -2;

/** Is what Redis holds of an entry, and the versions of the tags it was asked with. */
interface FoundEntry {
  readonly content: string | null;
  readonly versions: ReadonlyMap<string, string | null>;
}

const NO_VERSIONS: ReadonlyMap<string, string | null> = new Map();

interface ReaderParts {
  readonly store: EntryStore;
  readonly l1: L1Tier;
  readonly tags: TagStore;
  readonly values: ValueCodec;
  readonly clock: ServerClock;
}

/**
 * Finds out what an entry's key holds: a value that is good, the marker of a load that is, or neither.
 *
 * @internal
 */
export class EntryReader {
  readonly #parts: ReaderParts;

  constructor(parts: ReaderParts) {
    this.#parts = parts;
  }

  /** Reads an entry: one round trip when its tags are those of the request, else two. */
  async look(request: EntryRequest): Promise<Look> {
    const kept = this.#parts.l1.find(request);
    const served = kept === null ? null : this.#serve(request, kept);
    return served ?? this.#ask(request);
  }

  /** Reads several entries: one round trip, and another for the tags they name. While Redis is away all are missing. */
  async lookMany(requests: readonly EntryRequest[]): Promise<Look[]> {
    const [first] = requests;
    if (first === undefined) return [];
    try {
      return await Promise.all(requests.map((request) => this.look(request)));
    } catch (error) {
      first.meter.failed('read', error);
      return requests.map(() => ({ kind: 'miss', content: null }));
    }
  }

  /** @returns how long the value is still fresh in ms; null when there is none, or it does not expire. PTTL, O(1). */
  async ttl(request: EntryRequest): Promise<number | null> {
    const [look] = await this.lookMany([request]);
    if (look?.kind !== 'hit') return null;
    if (look.freshness !== undefined) return Math.max(0, look.freshness.until - this.#parts.clock.now());
    try {
      const ttlMs = await this.#parts.store.ttl(request.key);
      return ttlMs < 0 ? null : ttlMs;
    } catch (error) {
      request.meter.failed('read', error);
      return null;
    }
  }

  /** Makes a value of one's own out of what the process keeps. @returns null when it cannot be read. */
  #serve(request: EntryRequest, { stored, copy, value }: KeptEntry): Hit | null {
    try {
      const own =
        copy === null ? this.#parts.values.decode(stored, request.entry, request.key) : copy(value as never);
      return {
        kind: 'hit',
        tier: 'l1',
        value: own,
        ...(stored.freshness !== undefined && { freshness: stored.freshness }),
      };
    } catch (error) {
      request.meter.unreadable(error);
      return null;
    }
  }

  async #ask(request: EntryRequest): Promise<Look> {
    const { l1 } = this.#parts;
    const watch = l1.begin(request);
    let isKept = false;
    try {
      const { content, versions } = await this.#read(request);
      const look = await this.judge(request, content, versions);
      isKept = watch !== null && look.kind === 'hit' && look.stored !== undefined;
      if (isKept) void this.#keep(request, watch as KeyWatch, look as FreshHit);
      return look;
    } catch (error) {
      const look = error instanceof RedisUnavailableError ? await this.#lookAway(request) : null;
      if (look === null) throw error;
      request.meter.failed('read', error);
      return look;
    } finally {
      if (watch !== null && !isKept) l1.end(watch, request, null);
    }
  }

  /** Reads an entry and its tags as far as they are known: together, since reads of one turn are sent as one. */
  async #read({ key, entry, space }: EntryRequest): Promise<FoundEntry> {
    const { store, tags } = this.#parts;
    if (entry.tags.length === 0) {
      const [content = null] = await store.read([key]);
      return { content, versions: NO_VERSIONS };
    }
    const tagKeys = entry.tags.map((tag) => space.tag(tag));
    const [[content = null], versions] = await Promise.all([store.read([key]), tags.read(tagKeys)]);
    return { content, versions };
  }

  /** Keeps a value in the process once it is known how long it lives, for which nobody waits. */
  async #keep(request: EntryRequest, watch: KeyWatch, { stored, value }: FreshHit): Promise<void> {
    const own = ownCopy(value);
    let read: FreshRead | null = null;
    try {
      const ttlMs = await this.#parts.store.ttl(request.key);
      if (ttlMs !== GONE) read = { stored, own, ttlMs };
    } catch (error) {
      request.meter.failed('ttl', error);
    } finally {
      this.#parts.l1.end(watch, request, read);
    }
  }

  /** Finds what this process has kept, for while Redis is away. */
  async #lookAway(request: EntryRequest): Promise<Look | null> {
    const kept = this.#parts.l1.findAway(request);
    const hit = kept === null ? null : this.#serve(request, kept);
    if (kept === null || hit?.freshness === undefined) return hit;
    const old = await this.#age(kept.stored, hit.freshness, hit.value);
    return old.ageMs < 0 ? hit : { kind: 'miss', content: null, old };
  }

  /** Judges a content; reads only the versions of tags that are not in `known`. */
  async judge(
    request: EntryRequest,
    content: string | null,
    known: ReadonlyMap<string, string | null> = NO_VERSIONS,
  ): Promise<Look> {
    if (content === null) return { kind: 'miss', content };
    const parsed = readContent(content);
    if (parsed.kind === 'unreadable')
      return this.#unreadable(request, content, new CacheCodecError('A cached value is of no known form.'));
    if (!(await this.#areCurrent(request, parsed.tags, known))) {
      return { kind: 'miss', content, ...(await this.#oldOf(request, parsed, known)) };
    }
    if (parsed.kind === 'loading') return this.#judgeMarker(request, { marker: parsed, content }, known);
    return parsed.kind === 'failure'
      ? this.#judgeFailure(request, parsed, content)
      : this.#judgeValue(request, parsed, content);
  }

  async #judgeValue(request: EntryRequest, stored: StoredValue, content: string): Promise<Look> {
    let value: unknown;
    try {
      value = this.#parts.values.decode(stored, request.entry, request.key);
    } catch (error) {
      return this.#unreadable(request, content, error);
    }
    const { freshness } = stored;
    if (freshness === undefined) return { kind: 'hit', tier: 'l2', value, stored };
    const old = await this.#age(stored, freshness, value);
    if (old.ageMs >= 0) return { kind: 'miss', content, old };
    return { kind: 'hit', tier: 'l2', value, stored, freshness, ...(old.isDue && { due: { content, old } }) };
  }

  #judgeFailure(request: EntryRequest, failure: StoredFailure, content: string): Look {
    try {
      const error = this.#parts.values.decode(failure, formOfFailure(request.entry), request.key);
      return { kind: 'failed', error: revivedFailure(error) };
    } catch (error) {
      return this.#unreadable(request, content, error);
    }
  }

  async #judgeMarker(
    request: EntryRequest,
    { marker, content }: { readonly marker: LoadMarker; readonly content: string },
    known: ReadonlyMap<string, string | null>,
  ): Promise<Look> {
    const { token, awaited, leaseUntil } = marker;
    const { old } = await this.#oldOf(request, marker, known);
    if (leaseUntil !== undefined) await this.#parts.clock.sync();
    const isDead = leaseUntil !== undefined && this.#parts.clock.now() > leaseUntil;
    if (old !== undefined && old.ageMs < 0 && !isDead) {
      const { freshness } = old.stored;
      return { kind: 'hit', tier: 'l2', value: old.value, ...(freshness !== undefined && { freshness }) };
    }
    if (isDead) return { kind: 'miss', content, ...(old !== undefined && { old }) };
    return { kind: 'loading', token, awaited, content, ...(old !== undefined && { old }) };
  }

  /** Returns the value that a marker carries, if its tags are current. */
  async #oldOf(
    request: EntryRequest,
    parsed: Exclude<EntryContent, { kind: 'unreadable' }>,
    known: ReadonlyMap<string, string | null>,
  ): Promise<{ readonly old?: OldValue }> {
    const stored = parsed.kind === 'loading' ? parsed.old : undefined;
    if (stored?.freshness === undefined || !(await this.#areCurrent(request, stored.tags, known))) return {};
    try {
      const value = this.#parts.values.decode(stored, request.entry, request.key);
      return { old: await this.#age(stored, stored.freshness, value) };
    } catch (error) {
      request.meter.unreadable(error);
      return {};
    }
  }

  async #age(stored: StoredValue, { until, refreshFrom }: Freshness, value: unknown): Promise<OldValue> {
    await this.#parts.clock.sync();
    const now = this.#parts.clock.now();
    return { value, stored, ageMs: now - until, isDue: now >= refreshFrom };
  }

  async #areCurrent(
    { space }: EntryRequest,
    tags: TagVersions,
    known: ReadonlyMap<string, string | null>,
  ): Promise<boolean> {
    return tags.length === 0 || this.#parts.tags.areCurrent(space, tags, known);
  }

  #unreadable({ meter }: EntryRequest, content: string, error: unknown): Look {
    meter.unreadable(error);
    return { kind: 'miss', content };
  }
}
