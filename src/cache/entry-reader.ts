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
      readonly value: unknown;
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

interface ReaderParts {
  readonly store: EntryStore;
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
    const tagKeys = request.entry.tags.map((tag) => request.space.tag(tag));
    const [content = null, ...versions] = await this.#parts.store.read([request.key, ...tagKeys]);
    return this.judge(request, content, new Map(tagKeys.map((key, index) => [key, versions[index] ?? null])));
  }

  /** Reads several entries: one round trip, and another for the tags they name. While Redis is away all are missing. */
  async lookMany(requests: readonly EntryRequest[]): Promise<Look[]> {
    const [first] = requests;
    if (first === undefined) return [];
    try {
      return await this.#lookMany(requests);
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

  async #lookMany(requests: readonly EntryRequest[]): Promise<Look[]> {
    const contents = await this.#parts.store.read(requests.map(({ key }) => key));
    const tagKeys = new Set(
      requests.flatMap(({ space }, index) => tagKeysOf(space, contents[index] ?? null)),
    );
    const versions = tagKeys.size === 0 ? [] : await this.#parts.store.read([...tagKeys]);
    const known = new Map([...tagKeys].map((key, index) => [key, versions[index] ?? null]));
    return Promise.all(requests.map((request, index) => this.judge(request, contents[index] ?? null, known)));
  }

  /** Judges a content; reads only the versions of tags that are not in `known`. */
  async judge(
    request: EntryRequest,
    content: string | null,
    known: ReadonlyMap<string, string | null> = new Map(),
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
    if (freshness === undefined) return { kind: 'hit', value };
    const old = await this.#age(stored, freshness, value);
    if (old.ageMs >= 0) return { kind: 'miss', content, old };
    return { kind: 'hit', value, freshness, ...(old.isDue && { due: { content, old } }) };
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
      return { kind: 'hit', value: old.value, ...(freshness !== undefined && { freshness }) };
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

function tagKeysOf(space: EntryRequest['space'], content: string | null): string[] {
  const parsed: EntryContent = content === null ? { kind: 'unreadable' } : readContent(content);
  if (parsed.kind === 'unreadable') return [];
  const old = parsed.kind === 'loading' ? parsed.old?.tags : undefined;
  return [...parsed.tags, ...(old ?? [])].map(([tag]) => space.tag(tag));
}
