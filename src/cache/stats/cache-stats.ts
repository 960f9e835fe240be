import type { L1Stats } from '../l1/l1-stats.js';

/** Counts what one cache did since the application started. @publicApi */
export interface CacheCounts {
  /** Counts reads that found a value. */
  readonly hits: number;
  /** Counts those of the hits that were found in the process. */
  readonly l1Hits: number;
  /** Counts those of the hits that were found in Redis. */
  readonly l2Hits: number;
  /** Counts reads that found none. */
  readonly misses: number;
  /** Counts reads that were answered with a value that was not fresh any more. */
  readonly stale: number;
  /** Counts reads that were answered with a `null`, `undefined` or failure from before; the first two are hits too. */
  readonly negative: number;
  /** Counts calls that took the result of a load already under way. */
  readonly coalesced: number;
  /** Counts runs of loaders. */
  readonly loads: number;
  /** Counts runs of loaders that failed. */
  readonly loadFailures: number;
  /** Is the time spent in loaders, in milliseconds. */
  readonly loadTimeMs: number;
  /** Counts values stored. */
  readonly writes: number;
  /** Counts loaded values that were not stored because an invalidation came while they were loaded. */
  readonly refused: number;
  /** Counts stored values that could not be read, each also a miss. */
  readonly unreadable: number;
  /** Counts failures of Redis or a codec. */
  readonly errors: number;
  /** Counts values kept in the process that made room for others. */
  readonly evictions: number;
  /** Counts invalidations. */
  readonly invalidations: number;
}

/** Is what the caches of this process did: in all, and by name. @publicApi */
export interface CacheStats extends CacheCounts {
  /** Says what is kept in the process, and how it follows changes. */
  readonly l1: L1Stats;
  /** Has the first thousand names; `others` sums up the rest. */
  readonly caches: Readonly<Record<string, CacheCounts>>;
}

/** Is a set of counters that can still grow. @internal */
export type CounterSet = { -readonly [K in keyof CacheCounts]: number };

/** Returns counters at zero. @internal */
export function zeroCounts(): CounterSet {
  return {
    hits: 0,
    l1Hits: 0,
    l2Hits: 0,
    misses: 0,
    stale: 0,
    negative: 0,
    coalesced: 0,
    loads: 0,
    loadFailures: 0,
    loadTimeMs: 0,
    writes: 0,
    refused: 0,
    unreadable: 0,
    errors: 0,
    evictions: 0,
    invalidations: 0,
  };
}

/** Adds up counters. @internal */
export function sumCounts(all: Iterable<CacheCounts>): CounterSet {
  const sum = zeroCounts();
  for (const counts of all) {
    for (const name of Object.keys(sum) as (keyof CacheCounts)[]) sum[name] += counts[name];
  }
  return sum;
}
