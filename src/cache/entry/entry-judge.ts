import { andThen, type MaybePromise } from '../../common/maybe-promise.js';
import { CacheCodecError } from '../cache.errors.js';
import type { ValueCodec } from '../codec/value-codec.js';
import { formOfFailure } from '../codec/value-form.js';
import {
  readContent,
  type EntryContent,
  type Freshness,
  type LoadMarker,
  type StoredFailure,
  type StoredValue,
  type TagVersions,
} from './entry-content.js';
import type { EntryRequest } from '../load/load-request.js';
import type { Look } from './look.js';
import type { OldValue } from './old-value.js';
import type { ServerClock } from './server-clock.js';
import { revivedFailure, type SharedFailure } from '../load/shared-failure.js';
import type { TagStore } from './tag-store.js';

/** Are versions of tags by the keys of their records. */
type KnownVersions = ReadonlyMap<string, string | null>;

const NO_VERSIONS: KnownVersions = new Map();

type ReadableContent = Exclude<EntryContent, { kind: 'unreadable' }>;

interface Found<T extends ReadableContent> {
  readonly parsed: T;
  readonly content: string;
}

interface JudgeParts {
  readonly tags: TagStore;
  readonly values: ValueCodec;
  readonly clock: ServerClock;
}

/**
 * Judges what an entry's key holds: a value that is good, the marker of a load that is, or neither.
 *
 * @internal
 */
export class EntryJudge {
  readonly #parts: JudgeParts;

  constructor(parts: JudgeParts) {
    this.#parts = parts;
  }

  /** Judges a content, at once if nothing has to be asked; reads only the versions of tags that are not in `known`. */
  judge(request: EntryRequest, content: string | null, known = NO_VERSIONS): MaybePromise<Look> {
    if (content === null) return { kind: 'miss', content };
    const parsed = readContent(content);
    if (parsed.kind === 'unreadable')
      return this.#unreadable(request, content, new CacheCodecError('A cached value is of no known form.'));
    return andThen(this.#areCurrent(request, parsed.tags, known), (areCurrent) => {
      if (!areCurrent) return this.#judgeOutdated(request, { parsed, content }, known);
      if (parsed.kind === 'loading') return this.#judgeMarker(request, { parsed, content }, known);
      return parsed.kind === 'failure'
        ? this.#judgeFailure(request, parsed, content)
        : this.#judgeValue(request, parsed, content);
    });
  }

  /** Says how old a value is, by the clock of the server. */
  async age(stored: StoredValue, { until, refreshFrom }: Freshness, value: unknown): Promise<OldValue> {
    await this.#parts.clock.sync();
    const now = this.#parts.clock.now();
    return { value, stored, ageMs: now - until, isDue: now >= refreshFrom };
  }

  #judgeValue(request: EntryRequest, stored: StoredValue, content: string): MaybePromise<Look> {
    let value: unknown;
    try {
      value = this.#parts.values.decode(stored, request.entry, request.key);
    } catch (error) {
      return this.#unreadable(request, content, error);
    }
    const { freshness } = stored;
    if (freshness === undefined) return { kind: 'hit', tier: 'l2', value, stored };
    return this.age(stored, freshness, value).then((old) => {
      if (old.ageMs >= 0) return { kind: 'miss', content, old };
      const hit: Look = { kind: 'hit', tier: 'l2', value, stored, freshness };
      return old.isDue ? { ...hit, due: { content, old } } : hit;
    });
  }

  #judgeFailure(request: EntryRequest, failure: StoredFailure, content: string): Look {
    try {
      const shared = this.#parts.values.decode(failure, formOfFailure(request.entry), request.key);
      return { kind: 'failed', error: revivedFailure(shared as SharedFailure) };
    } catch (error) {
      return this.#unreadable(request, content, error);
    }
  }

  async #judgeMarker(
    request: EntryRequest,
    { parsed, content }: Found<LoadMarker>,
    known: KnownVersions,
  ): Promise<Look> {
    const { token, awaited, leaseUntil } = parsed;
    const { old } = await this.#oldOf(request, parsed, known);
    if (leaseUntil !== undefined) await this.#parts.clock.sync();
    const isDead = leaseUntil !== undefined && this.#parts.clock.now() > leaseUntil;
    if (old !== undefined && old.ageMs < 0 && !isDead) {
      const { freshness } = old.stored;
      return { kind: 'hit', tier: 'l2', value: old.value, ...(freshness !== undefined && { freshness }) };
    }
    if (isDead) return { kind: 'miss', content, ...(old !== undefined && { old }) };
    return { kind: 'loading', token, awaited, content, ...(old !== undefined && { old }) };
  }

  async #judgeOutdated(
    request: EntryRequest,
    { parsed, content }: Found<ReadableContent>,
    known: KnownVersions,
  ): Promise<Look> {
    return { kind: 'miss', content, ...(await this.#oldOf(request, parsed, known)) };
  }

  /** Returns the value that a marker carries, if its tags are current. */
  async #oldOf(
    request: EntryRequest,
    parsed: ReadableContent,
    known: KnownVersions,
  ): Promise<{ readonly old?: OldValue }> {
    const stored = parsed.kind === 'loading' ? parsed.old : undefined;
    if (stored?.freshness === undefined || !(await this.#areCurrent(request, stored.tags, known))) return {};
    try {
      const value = this.#parts.values.decode(stored, request.entry, request.key);
      return { old: await this.age(stored, stored.freshness, value) };
    } catch (error) {
      request.meter.unreadable(error);
      return {};
    }
  }

  #areCurrent({ space }: EntryRequest, tags: TagVersions, known: KnownVersions): MaybePromise<boolean> {
    return tags.length === 0 || this.#parts.tags.areCurrent(space, tags, known);
  }

  #unreadable({ meter }: EntryRequest, content: string, error: unknown): Look {
    meter.unreadable(error);
    return { kind: 'miss', content };
  }
}
