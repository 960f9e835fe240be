import { AsyncLocalStorage } from 'node:async_hooks';

/** Says how the cache answered a request. @publicApi */
export type CacheOutcome = 'hit' | 'stale' | 'miss';

const WORST: readonly CacheOutcome[] = ['hit', 'stale', 'miss'];

interface Trace {
  outcome: CacheOutcome | undefined;
}

/**
 * Remembers, for the duration of one request, how the cache answered it: as it answered its worst read.
 *
 * @internal
 */
export class CacheTrace {
  readonly #storage = new AsyncLocalStorage<Trace>();
  /** Says whether any request is traced: where none is, reads need not look for theirs. */
  #isUsed = false;

  /** Runs `work` as one request; `outcome` tells at any time how the cache answered so far. */
  run<T>(work: (outcome: () => CacheOutcome | undefined) => T): T {
    this.#isUsed = true;
    const trace: Trace = { outcome: undefined };
    return this.#storage.run(trace, () => work(() => trace.outcome));
  }

  /** Records the answer to one read. */
  mark(outcome: CacheOutcome): void {
    const trace = this.#isUsed ? this.#storage.getStore() : undefined;
    if (trace === undefined) return;
    const isWorse = trace.outcome === undefined || WORST.indexOf(outcome) > WORST.indexOf(trace.outcome);
    if (isWorse) trace.outcome = outcome;
  }
}
