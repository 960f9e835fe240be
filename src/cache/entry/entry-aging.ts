import type { MaybePromise } from '../../common/maybe-promise.js';
import type { Freshness, StoredValue } from './entry-content.js';
import { jittered, type ResolvedEntry } from './entry-options.js';
import type { FreshnessPolicy } from './freshness.options.js';
import type { ServerClock } from './server-clock.js';

/** Says how long a key lives, and when the value under it grows old if that is earlier. @internal */
export interface Aging {
  readonly keptMs: number;
  readonly freshness?: Freshness;
}

/** Returns the ttl of a value that nobody gave a ttl of its own. @internal */
export function ttlOf(value: unknown, { ttlMs, freshness }: ResolvedEntry): number {
  const isNegative = value === null || value === undefined;
  return isNegative && freshness.negativeTtlMs > 0 ? freshness.negativeTtlMs : ttlMs;
}

/** Returns how long a value with that ttl is kept: as long as it may be served. @internal */
export function keptMs(ttlMs: number, { swrMs, staleIfErrorMs }: FreshnessPolicy): number {
  return ttlMs + Math.max(swrMs, staleIfErrorMs);
}

/**
 * Works out when values grow old.
 *
 * @internal
 */
export class EntryAging {
  constructor(private readonly clock: ServerClock) {}

  /** Plans the life of a value that is stored now; without policies it is its ttl, and nothing is written of it. */
  plan(fullTtlMs: number, { jitter, freshness: policy }: ResolvedEntry): MaybePromise<Aging> {
    const ttlMs = jittered(fullTtlMs, jitter);
    const { swrMs, staleIfErrorMs, earlyRefresh } = policy;
    const isPlain = swrMs === 0 && staleIfErrorMs === 0 && earlyRefresh === 0;
    return isPlain ? { keptMs: ttlMs } : this.#planned(ttlMs, policy);
  }

  async #planned(ttlMs: number, policy: FreshnessPolicy): Promise<Aging> {
    const { earlyRefresh } = policy;
    await this.clock.sync();
    const now = this.clock.now();
    const dueAfterMs = earlyRefresh === 0 ? ttlMs : ttlMs * earlyRefresh;
    return {
      keptMs: keptMs(ttlMs, policy),
      // Rounded down: nothing is fresh for longer than it was said to be.
      freshness: { until: Math.floor(now + ttlMs), refreshFrom: Math.floor(now + dueAfterMs) },
    };
  }

  /**
   * Returns a value as it is put back after a load that failed, not to be loaded again for `holdMs`.
   *
   * @returns null when it may not be served any more.
   */
  afterFailure(old: StoredValue, policy: FreshnessPolicy, holdMs: number): StoredValue | null {
    const { freshness } = old;
    const now = this.clock.now();
    if (freshness === undefined || now > freshness.until + keptMs(0, policy)) return null;
    if (holdMs === 0) return old;
    return { ...old, freshness: { ...freshness, refreshFrom: Math.round(now + holdMs) } };
  }
}
