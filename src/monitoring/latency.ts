import { createHistogram } from 'node:perf_hooks';

/** Says how long something took, in milliseconds, each within 1 % of the truth. @publicApi */
export interface LatencySummary {
  /** Counts what was measured. */
  readonly count: number;
  readonly meanMs: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
  readonly p99Ms: number;
  readonly maxMs: number;
}

const HIGHEST_US = 60_000_000;

/**
 * Gathers durations in a histogram of fixed size, some 20 KB, for percentiles at any time.
 *
 * @internal
 */
export class LatencyRecorder {
  readonly #histogram = createHistogram({ lowest: 1, highest: HIGHEST_US, figures: 2 });

  /** Adds a duration; counts as a microsecond at least and a minute at most. */
  record(durationMs: number): void {
    this.#histogram.record(Math.min(HIGHEST_US, Math.max(1, Math.round(durationMs * 1_000))));
  }

  /** Sums up what was recorded. @returns null when nothing was. */
  summary(): LatencySummary | null {
    const { count, mean, max } = this.#histogram;
    if (count === 0) return null;
    const percentileMs = (percent: number) => toMs(this.#histogram.percentile(percent));
    return {
      count,
      meanMs: toMs(mean),
      p50Ms: percentileMs(50),
      p95Ms: percentileMs(95),
      p99Ms: percentileMs(99),
      maxMs: toMs(max),
    };
  }
}

function toMs(us: number): number {
  return Math.round(us) / 1_000;
}
