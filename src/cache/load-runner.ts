import type { Cancel, Clock } from '../common/clock.js';
import { CacheClosedError, CacheLoadTimeoutError } from './cache.errors.js';
import type { LoadClaim } from './load-claim.js';
import { LoadDecisions } from './load-context.js';
import type { EntryRequest, LoadRequest } from './load-request.js';
import type { LoadOutcome, LoadSettler } from './load-settler.js';
import type { OldValue } from './old-value.js';
import type { WaitLimit } from './wait-limit.js';

interface RunnerParts {
  readonly settler: LoadSettler;
  readonly clock: Clock;
  /** Bounds how long a caller waits until his value is stored; null for no bound. */
  readonly limit: WaitLimit | null;
}

/**
 * Runs loaders: each once, within its time limit, and what it throws always reaches the caller.
 *
 * @internal
 */
export class LoadRunner {
  readonly #endings = new Set<(reason: Error) => void>();
  readonly #unfinished = new Set<Promise<unknown>>();

  readonly #parts: RunnerParts;

  constructor(parts: RunnerParts) {
    this.#parts = parts;
  }

  /** Returns what the loader returned; without a claim nothing is stored. `old` is the value to be replaced. */
  async run(request: LoadRequest, claim: LoadClaim | null, old?: OldValue): Promise<unknown> {
    const run = this.#run(request, claim, old);
    this.#track(run.catch(() => undefined));
    return run;
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
    const startedAt = this.#parts.clock.monotonic();
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
      meter.loaded(this.#parts.clock.monotonic() - startedAt, failed);
    }
  }

  /** Ends the loaders under way, and waits until their claims are given up. */
  async close(): Promise<void> {
    for (const end of [...this.#endings]) end(new CacheClosedError());
    while (this.#unfinished.size > 0) await Promise.all([...this.#unfinished]);
  }

  async #run(request: LoadRequest, claim: LoadClaim | null, old?: OldValue): Promise<unknown> {
    const decisions = new LoadDecisions(old);
    let value: unknown;
    try {
      value = await this.watch(request, decisions, () => request.load(decisions));
    } catch (error) {
      await this.#settle(request, claim, { kind: 'failed', error });
      throw error;
    }
    await this.#settle(request, claim, { kind: 'loaded', value, decisions });
    return value;
  }

  /** The caller waits, so that his next read finds the value, but not for a server that does not answer. */
  async #settle(request: LoadRequest, claim: LoadClaim | null, outcome: LoadOutcome): Promise<void> {
    const { settler, limit } = this.#parts;
    const settled = settler.settle(request, claim, outcome);
    this.#track(settled);
    if (claim === null || limit === null) return settled;
    const tooLate = new Error('the caller goes on');
    await limit.bound(settled, () => tooLate).catch(() => undefined);
  }

  #track(work: Promise<unknown>): void {
    this.#unfinished.add(work);
    void work.then(() => this.#unfinished.delete(work));
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
      if (limitMs > 0) cancel = this.#parts.clock.after(limitMs, () => end(error()));
      (async () => load())().then(resolve, reject);
    });
    this.#endings.add(end);
    return result.finally(() => {
      cancel();
      this.#endings.delete(end);
    });
  }
}
