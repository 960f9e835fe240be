import type { CacheKey } from '../../common/keys/cache-key.js';
import { isWorthRepeating } from '../../connection/worth-repeating.js';
import { keptMs, ttlOf } from './entry-aging.js';
import { resolveEntry, type CacheEntryOptions, type ResolvedEntry } from './entry-options.js';
import type { CacheEngine } from '../cache-engine.js';
import type { CacheMeter } from '../stats/cache-meter.js';
import type { CacheSpace } from '../cache-space.js';
import type { EncodedValue } from '../codec/value-codec.js';
import { writeValue } from './entry-content.js';

/** Is an entry to be stored. @publicApi */
export interface CacheEntry {
  readonly key: CacheKey;
  readonly value: unknown;
  readonly options?: CacheEntryOptions;
}

interface Prepared {
  readonly key: string;
  readonly encoded: EncodedValue;
  readonly entry: ResolvedEntry;
  readonly ttlMs: number;
}

/**
 * Stores values that somebody sets, whatever is there.
 *
 * @internal
 */
export class EntryWriter {
  constructor(
    private readonly engine: CacheEngine,
    private readonly space: CacheSpace,
    private readonly meter: CacheMeter,
  ) {}

  /** Stores entries; all are encoded before the first is sent. Failures of Redis are only reported. */
  async write(entries: readonly CacheEntry[]): Promise<void> {
    const prepared = entries.map((entry) => this.#prepare(entry));
    if (this.engine.options.enabled) await Promise.all(prepared.map((entry) => this.#send(entry)));
  }

  #prepare({ key, value, options }: CacheEntry): Prepared {
    const entry = resolveEntry(options, this.engine.entryDefaults);
    const redisKey = this.space.entry(key);
    this.space.checkTags(entry.tags);
    const encoded = this.engine.values.encode(value, entry, redisKey);
    return { key: redisKey, encoded, entry, ttlMs: ttlOf(value, entry) };
  }

  async #send({ key, encoded, entry, ttlMs }: Prepared): Promise<void> {
    const { tags, store, aging } = this.engine;
    try {
      const versions = await tags.ensure(this.space, entry.tags, keptMs(ttlMs, entry.freshness));
      const { keptMs: lifeMs, ...age } = await aging.plan(ttlMs, entry);
      await store.write(key, writeValue({ ...encoded, tags: versions, ...age }), lifeMs);
      this.meter.written();
    } catch (error) {
      this.meter.failed('write', error);
      // What was there before must not come back. A server that has no room for more still removes.
      if (isWorthRepeating(error)) this.engine.backlog.add({ keys: [key] });
      else await this.#remove(key);
    }
  }

  async #remove(key: string): Promise<void> {
    try {
      await this.engine.store.unlink([key]);
    } catch (error) {
      this.meter.failed('write', error);
    }
  }
}
