import type { SuiteEvents } from '../../common/events.js';
import { CacheMeter } from './cache-meter.js';
import type { CacheTrace } from './cache-trace.js';
import { sumCounts, type CacheStats } from './cache-stats.js';

/** Bounds the caches counted by name: namespaces may be named after tenants or users, of whom there is no end. */
const MAX_NAMED = 1_000;

/** Counts all caches beyond these. */
const OTHERS = 'others';

/**
 * Keeps the meters of the application's caches.
 *
 * @internal
 */
export class CacheMeters {
  readonly #meters = new Map<string, CacheMeter>();

  constructor(
    private readonly events: SuiteEvents,
    private readonly trace: CacheTrace,
  ) {}

  /** Returns the meter of a cache, a new one for a new name; beyond a thousand names they share one. */
  of(cache: string): CacheMeter {
    const known = this.#meters.get(cache);
    if (known !== undefined) return known;
    if (this.#meters.size >= MAX_NAMED && cache !== OTHERS) return this.of(OTHERS);
    const meter = new CacheMeter(cache, this.events, this.trace);
    this.#meters.set(cache, meter);
    return meter;
  }

  /** Returns what all caches did so far. */
  stats(): Omit<CacheStats, 'l1'> {
    const caches = [...this.#meters].map(([name, { counts }]) => [name, { ...counts }] as const);
    return { ...sumCounts(caches.map(([, counts]) => counts)), caches: Object.fromEntries(caches) };
  }
}
