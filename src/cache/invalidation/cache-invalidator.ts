import type { CacheKey } from '../../common/keys/cache-key.js';
import { isWorthRepeating } from '../../connection/worth-repeating.js';
import { CacheBudgetError, CacheUnavailableError, CascadeError } from '../cache.errors.js';
import type { CacheEngine } from '../cache-engine.js';
import type { CacheMeter } from '../stats/cache-meter.js';
import type { CacheSpace } from '../cache-space.js';
import { walkCascades, type FailedCascade } from '../entity/cascade-walk.js';
import { tagOf, type EntityChange } from '../entity/entity-graph.js';
import type { InvalidationReport } from './invalidation-report.js';
import type { RemovalOptions } from './key-sweep.js';
import type { Removal, TagRemoval } from './removal.js';

type InvalidationOperation = 'delete' | 'invalidateTags' | 'invalidateEntity' | 'deletePattern' | 'clear';

/** Is what a pattern matches. @internal */
export interface KeySurvey {
  readonly count: number;
  /** Shows keys relative to their namespace, encoded. */
  readonly sample: readonly string[];
}

/**
 * Removes entries of one cache namespace, and with them the right of loads under way to store what they found.
 *
 * Every method rejects with `CacheUnavailableError` when Redis does not answer; within `deferInvalidations` it sends
 * nothing yet, and counts 0.
 *
 * @internal
 */
export class CacheInvalidator {
  constructor(
    private readonly engine: CacheEngine,
    private readonly space: CacheSpace,
    private readonly meter: CacheMeter,
  ) {}

  /** Removes entries. @returns how many there were. */
  async keys(keys: readonly CacheKey[]): Promise<number> {
    if (keys.length === 0) return 0;
    const removal = { keys: keys.map((key) => this.space.entry(key)) };
    const sent = await this.#send('delete', removal, async () => {
      const count = await this.engine.store.delete(removal.keys);
      this.meter.invalidated('keys', keys.length);
      return count;
    });
    return sent ?? 0;
  }

  /** Invalidates every entry that has one of the tags. */
  async tags(tags: readonly string[]): Promise<void> {
    if (tags.length === 0) return;
    const removal = this.space.removalOfTags(tags);
    await this.#send('invalidateTags', removal, async () => {
      await this.#remove(removal);
      this.meter.invalidated('tags', tags.length);
    });
  }

  /**
   * Invalidates every entry of an instance and of those its cascades reach, all at once; what was found even if a
   * cascade failed.
   *
   * @throws {CascadeError} when one did.
   */
  async entity(change: EntityChange): Promise<InvalidationReport> {
    const { touched, failed } = await walkCascades(this.engine.entities, change);
    const removal = this.space.removalOfTags(touched.map(tagOf));
    const sent = await this.#send('invalidateEntity', removal, async () => {
      await this.#remove(removal);
      this.meter.invalidated('entities', touched.length);
      return true;
    });
    refuseFailed(failed);
    return { ...change, touched, status: sent === null ? 'deferred' : 'sent' };
  }

  /** Finds what `entity` would invalidate. @throws {CascadeError} when a cascade fails. */
  async plan(change: EntityChange): Promise<InvalidationReport> {
    const { touched, failed } = await walkCascades(this.engine.entities, change);
    refuseFailed(failed);
    return { ...change, touched, status: 'planned' };
  }

  /**
   * Removes the entries whose keys match. A load under way has its marker among the keys, and a key that is there all
   * the time is met by SCAN, so it is reached too.
   */
  async pattern(pattern: string, kind: 'pattern' | 'clear', options?: RemovalOptions): Promise<number> {
    const match = this.space.pattern(pattern);
    const operation = kind === 'clear' ? 'clear' : 'deletePattern';
    const sent = await this.#send(operation, { patterns: [match] }, async () => {
      const count = await this.engine.sweep.run(match, options);
      this.meter.invalidated(kind, count);
      return count;
    });
    return sent ?? 0;
  }

  /** Counts the entries whose keys match, and shows some of their keys. */
  async survey(pattern: string, sampleSize: number): Promise<KeySurvey> {
    const found = new Set<string>();
    await this.#reach('deletePattern', {}, async () => {
      for await (const batch of this.engine.store.scan(this.space.pattern(pattern))) {
        for (const key of batch) if (this.space.isEntry(key)) found.add(key);
      }
    });
    const sample = [...found].slice(0, sampleSize).map((key) => this.space.relative(key));
    return { count: found.size, sample };
  }

  /** On Cluster one command reaches one slot, so what comes first is sent first. */
  async #remove({ first, keys }: TagRemoval): Promise<void> {
    const { store } = this.engine;
    if (this.engine.isCluster) {
      await store.unlink(first);
      await store.unlink(keys);
    } else await store.unlink([...first, ...keys]);
  }

  /**
   * Loads under way are left alone first: while Redis is away nothing else could keep later calls from joining them.
   *
   * @returns null when it is deferred.
   */
  async #send<T>(
    operation: InvalidationOperation,
    removal: Removal,
    send: () => Promise<T>,
  ): Promise<T | null> {
    const attempt = () => {
      this.engine.loader.detach();
      return this.#reach(operation, removal, send);
    };
    return this.engine.deferral.defer(attempt) ? null : attempt();
  }

  async #reach<T>(operation: InvalidationOperation, removal: Removal, send: () => Promise<T>): Promise<T> {
    try {
      return await send();
    } catch (error) {
      if (error instanceof CacheBudgetError) throw error;
      this.meter.failed(operation, error);
      // Which keys match, only Redis could have told.
      if (removal.patterns !== undefined) this.engine.l1.clear();
      const isEmpty = Object.keys(removal).length === 0;
      const isQueued = !isEmpty && isWorthRepeating(error);
      if (isQueued) this.engine.backlog.add(removal);
      throw new CacheUnavailableError(operation, { cause: error, isQueued });
    }
  }
}

function refuseFailed([first]: readonly FailedCascade[]): void {
  if (first !== undefined) throw new CascadeError(first.from, first.to, { cause: first.error });
}
