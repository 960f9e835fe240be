import { toError } from '../../common/errors.js';
import type { SuiteEvents } from '../../common/events.js';
import type { CacheTier, InvalidationKind, StaleReason } from '../cache.events.js';
import type { CacheTrace } from './cache-trace.js';
import { zeroCounts, type CacheCounts } from './cache-stats.js';

/** Is the share of misses from which one is likely, and how many reads it is taken of, about. */
const LIKELY = 0.3;
const REMEMBERED = 16;

/**
 * Counts what happens to one cache, and tells the listeners and the request under way.
 *
 * @internal
 */
export class CacheMeter {
  readonly #counts = zeroCounts();
  #missShare = 1;

  constructor(
    readonly cache: string,
    private readonly events: SuiteEvents,
    private readonly trace: CacheTrace,
  ) {}

  /** Are the counters so far; they go on counting. */
  get counts(): CacheCounts {
    return this.#counts;
  }

  /** Says whether, by the last reads from Redis, the next may well find nothing. */
  get isMissLikely(): boolean {
    return this.#missShare > LIKELY;
  }

  /** Records a read that found a value, in the process or in Redis. */
  hit(value: unknown, tier: CacheTier): void {
    this.#counts.hits++;
    if (tier === 'l1') this.#counts.l1Hits++;
    else {
      this.#counts.l2Hits++;
      this.#missShare -= this.#missShare / REMEMBERED;
    }
    this.trace.mark('hit');
    if (this.events.has('cache:hit')) this.events.emit('cache:hit', { cache: this.cache, tier });
    if (value === null || value === undefined) this.#negative();
  }

  /** Records a read that was answered with the failure of a load before. */
  remembered(): void {
    this.trace.mark('hit');
    this.#negative();
  }

  /** Records a read that was answered with a value that is not fresh any more. */
  stale(reason: StaleReason): void {
    this.#counts.stale++;
    this.trace.mark('stale');
    this.events.emit('cache:stale', { cache: this.cache, reason });
  }

  /** Records a read that found none. */
  miss(): void {
    this.#counts.misses++;
    this.#missShare += (1 - this.#missShare) / REMEMBERED;
    this.trace.mark('miss');
    this.events.emit('cache:miss', { cache: this.cache });
  }

  /** Records a call that joined a load. */
  coalesced(): void {
    this.#counts.coalesced++;
    this.trace.mark('miss');
    this.events.emit('cache:coalesced', { cache: this.cache });
  }

  /** Records a run of a loader. */
  loaded(durationMs: number, failed: boolean): void {
    this.#counts.loads++;
    this.#counts.loadTimeMs += durationMs;
    if (failed) this.#counts.loadFailures++;
    this.events.emit('cache:load', { cache: this.cache, durationMs, failed });
  }

  /** Records a value stored. */
  written(): void {
    this.#counts.writes++;
  }

  /** Records a loaded value that came too late to be stored. */
  refused(): void {
    this.#counts.refused++;
    this.events.emit('cache:refused', { cache: this.cache });
  }

  /** Records a stored value that could not be read. */
  unreadable(error: unknown): void {
    this.#counts.unreadable++;
    this.events.emit('cache:unreadable', { cache: this.cache, error: toError(error) });
  }

  /** Records a failure that the caller did not see. */
  failed(operation: string, error: unknown): void {
    this.#counts.errors++;
    this.events.emit('cache:error', { cache: this.cache, operation, error: toError(error) });
  }

  /** Records a failure of a loader that its caller did not see: he had an old value. */
  hidden(error: unknown): void {
    this.events.emit('cache:load-failed', { cache: this.cache, error: toError(error) });
  }

  /** Records a value that the process kept and that made room for another. */
  evicted(): void {
    this.#counts.evictions++;
    this.events.emit('cache:evicted', { cache: this.cache });
  }

  /** Records an invalidation. */
  invalidated(kind: InvalidationKind, count: number): void {
    this.#counts.invalidations++;
    this.events.emit('cache:invalidated', { cache: this.cache, kind, count });
  }

  #negative(): void {
    this.#counts.negative++;
    this.events.emit('cache:negative', { cache: this.cache });
  }
}
