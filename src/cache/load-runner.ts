import type { Cancel, Clock } from '../common/clock.js';
import { CacheClosedError, CacheLoadTimeoutError } from './cache.errors.js';
import type { LoadClaim } from './load-claim.js';
import { LoadDecisions } from './load-context.js';
import type { EntryRequest, LoadRequest } from './load-request.js';
import type { LoadSettler } from './load-settler.js';
import type { OldValue } from './old-value.js';

/**
 * Runs loaders: each once, within its time limit, and what it throws always reaches the caller.
 *
 * @internal
 */
export class LoadRunner {
  readonly #endings = new Set<(reason: Error) => void>();
  readonly #runs = new Set<Promise<unknown>>();

  constructor(
    private readonly settler: LoadSettler,
    private readonly clock: Clock,
  ) {}

  /** Returns what the loader returned; without a claim nothing is stored. `old` is the value to be replaced. */
  async run(request: LoadRequest, claim: LoadClaim | null, old?: OldValue): Promise<unknown> {
    const run = this.#run(request, claim, old);
    this.#runs.add(run);
    return run.finally(() => this.#runs.delete(run));
  }

  /**
   * Runs and counts a loader, for as long as it may take.
   *
   * @throws {CacheLoadTimeoutError} after its `hardTimeout`.
   * @throws {CacheClosedError} when the application shuts down.
   */
  async watch<T>(
    { meter, entry }: Pick<EntryRequest, 'meter' | 'entry'>,
    decisions: LoadDecisions,
    load: () => T | Promise<T>,
  ): Promise<T> {
    const startedAt = this.clock.monotonic();
    let failed = true;
    try {
      const { hardTimeoutMs } = entry.freshness;
      const value = await this.#within(decisions, load, {
        limitMs: hardTimeoutMs,
        error: () => new CacheLoadTimeoutError(meter.cache, hardTimeoutMs),
      });
      failed = false;
      return value;
    } finally {
      meter.loaded(this.clock.monotonic() - startedAt, failed);
    }
  }

  /** Ends the loaders under way, and waits until their claims are given up. */
  async close(): Promise<void> {
    for (const end of [...this.#endings]) end(new CacheClosedError());
    await Promise.allSettled([...this.#runs]);
  }

  async #run(request: LoadRequest, claim: LoadClaim | null, old?: OldValue): Promise<unknown> {
    const decisions = new LoadDecisions(old);
    let value: unknown;
    try {
      value = await this.watch(request, decisions, () => request.load(decisions));
    } catch (error) {
      await this.settler.settle(request, claim, { kind: 'failed', error });
      throw error;
    }
    await this.settler.settle(request, claim, { kind: 'loaded', value, decisions });
    return value;
  }

  #within<T>(
    decisions: LoadDecisions,
    load: () => T | Promise<T>,
    { limitMs, error }: { limitMs: number; error: () => Error },
  ): Promise<T> {
    let end: (reason: Error) => void = () => undefined;
    let cancel: Cancel = () => undefined;
    const result = new Promise<T>((resolve, reject) => {
      end = (reason) => {
        decisions.abort(reason);
        reject(reason);
      };
      if (limitMs > 0) cancel = this.clock.after(limitMs, () => end(error()));
      (async () => load())().then(resolve, reject);
    });
    this.#endings.add(end);
    return result.finally(() => {
      cancel();
      this.#endings.delete(end);
    });
  }
}
