import { CacheCodecError } from './cache.errors.js';
import type { ValueCodec } from './codec/value-codec.js';
import { readContent, type EntryContent, type LoadMarker, type StoredValue } from './entry-content.js';
import type { EntryStore } from './entry-store.js';
import type { EntryRequest } from './load-request.js';
import type { TagStore } from './tag-store.js';

/** Is what a read found. @internal */
export type Look =
  | { readonly kind: 'hit'; readonly value: unknown }
  | { readonly kind: 'loading'; readonly token: string; readonly awaited: boolean; readonly content: string }
  /** There is no value; `content` is what stands in its place: outdated, unreadable, or nothing. */
  | { readonly kind: 'miss'; readonly content: string | null };

/**
 * Finds out what an entry's key holds: a value that is good, the marker of a load that is, or neither.
 *
 * @internal
 */
export class EntryReader {
  constructor(
    private readonly store: EntryStore,
    private readonly tags: TagStore,
    private readonly values: ValueCodec,
  ) {}

  /** Reads an entry: one round trip when its tags are those of the request, else two. */
  async look(request: EntryRequest): Promise<Look> {
    const tagKeys = request.entry.tags.map((tag) => request.space.tag(tag));
    const [content = null, ...versions] = await this.store.read([request.key, ...tagKeys]);
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

  /** @returns the remaining ttl in ms; null when there is no entry, it does not expire, or Redis is away. */
  async ttl({ key, meter }: EntryRequest): Promise<number | null> {
    try {
      const ttlMs = await this.store.ttl(key);
      return ttlMs < 0 ? null : ttlMs;
    } catch (error) {
      meter.failed('read', error);
      return null;
    }
  }

  async #lookMany(requests: readonly EntryRequest[]): Promise<Look[]> {
    const contents = await this.store.read(requests.map(({ key }) => key));
    const tagKeys = new Set(
      requests.flatMap(({ space }, index) => tagKeysOf(space, contents[index] ?? null)),
    );
    const versions = tagKeys.size === 0 ? [] : await this.store.read([...tagKeys]);
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
    if (parsed.tags.length > 0 && !(await this.tags.areCurrent(request.space, parsed.tags, known))) {
      return { kind: 'miss', content };
    }
    return parsed.kind === 'failure' ? { kind: 'miss', content } : this.#use(request, parsed, content);
  }

  #use(request: EntryRequest, parsed: StoredValue | LoadMarker, content: string): Look {
    if (parsed.kind === 'loading')
      return { kind: 'loading', token: parsed.token, awaited: parsed.awaited, content };
    try {
      return { kind: 'hit', value: this.values.decode(parsed, request.entry, request.key) };
    } catch (error) {
      return this.#unreadable(request, content, error);
    }
  }

  #unreadable({ meter }: EntryRequest, content: string, error: unknown): Look {
    meter.unreadable(error);
    return { kind: 'miss', content };
  }
}

function tagKeysOf(space: EntryRequest['space'], content: string | null): string[] {
  const parsed: EntryContent = content === null ? { kind: 'unreadable' } : readContent(content);
  return parsed.kind === 'unreadable' ? [] : parsed.tags.map(([tag]) => space.tag(tag));
}
