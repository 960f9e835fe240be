import type { Cancel, Clock } from '../../common/clock.js';
import { isThenable, type MaybePromise } from '../../common/maybe-promise.js';
import { CacheClosedError, CacheLoadTimeoutError } from '../cache.errors.js';
import type { ValueCodec } from '../codec/value-codec.js';
import type { LoadChain, LoadPart } from './load-chain.js';
import type { LoadClaim } from './load-claim.js';
import { LoadDecisions } from './load-context.js';
import type { EntryRequest, LoadRequest } from './load-request.js';
import type { Failed, Loaded, LoadOutcome, LoadSettler } from './load-settler.js';
import type { OldValue } from '../entry/old-value.js';
import type { WaitLimit } from '../entry/wait-limit.js';
import type { WorkCount } from './work-count.js';

interface RunnerParts {
  readonly values: ValueCodec;
  readonly settler: LoadSettler;
  readonly clock: Clock;
  /** Bounds how long a caller waits until his value is stored; null for no bound. */
  readonly limit: WaitLimit | null;
  readonly work: WorkCount;
  readonly chain: LoadChain;
}

/** Says what becomes of what a loader returns. @internal */
export interface Launch {
  /** Is null for a load whose value is not stored. */
  readonly claim: LoadClaim | null;
  /** Is null for a load that nobody joins. */
  readonly part: LoadPart | null;
  /** Is the value to be replaced. */
  readonly old?: OldValue | undefined;
}

interface Loader<T> {
  readonly load: (context: LoadDecisions) => MaybePromise<T>;
  readonly decisions: LoadDecisions;
  readonly part: LoadPart | null;
}

/**
 * Runs loaders: each once, within its time limit, and what it throws always reaches the caller.
 *
 * @internal
 */
export class LoadRunner {
  readonly #endings = new Set<(reason: Error) => void>();
  readonly #parts: RunnerParts;

  constructor(parts: RunnerParts) {
    this.#parts = parts;
  }

  /** Returns what the loader returned, once it is stored if there is a claim. */
  async run(request: LoadRequest, { claim, part, old }: Launch): Promise<unknown> {
    const decisions = new LoadDecisions(this.#ownOld(request, old));
    let outcome: Loaded | Failed;
    this.#parts.work.begin();
    try {
      const loading = this.watch(request, { load: request.load, decisions, part });
      const value: unknown = loading instanceof Promise ? await loading : loading;
      outcome = { kind: 'loaded', value, decisions };
    } catch (error) {
      outcome = { kind: 'failed', error };
    }
    if (claim !== null) await this.#settle(request, claim, outcome);
    this.#parts.work.end();
    if (outcome.kind === 'failed') throw outcome.error;
    return outcome.value;
  }

  /**
   * Runs and counts a loader, for as long as it may take.
   *
   * @throws {CacheLoadTimeoutError} after its `hardTimeout`.
   * @throws {CacheClosedError} when the application shuts down.
   */
  watch<T>(
    request: Pick<EntryRequest, 'meter' | 'entry'>,
    { load, decisions, part }: Loader<T>,
  ): MaybePromise<T> {
    const { clock, chain } = this.#parts;
    const startedAt = clock.monotonic();
    const count = (failed: boolean) => {
      chain.left();
      request.meter.loaded(clock.monotonic() - startedAt, failed);
    };
    let loading: MaybePromise<T>;
    try {
      loading = chain.run(part, () => load(decisions));
    } catch (error) {
      count(true);
      throw error;
    }
    if (!isThenable(loading)) {
      count(false);
      return loading;
    }
    return this.#within(request, decisions, Promise.resolve(loading)).then(
      (value) => {
        count(false);
        return value;
      },
      (error: unknown) => {
        count(true);
        throw error;
      },
    );
  }

  /** Ends the loaders under way, and waits until their claims are given up. */
  async close(): Promise<void> {
    for (const end of [...this.#endings]) end(new CacheClosedError());
    await this.#parts.work.idle();
  }

  /** The loader may return it to be stored again, so callers who were served it must not be able to change it. */
  #ownOld({ entry, key, meter }: LoadRequest, old: OldValue | undefined): OldValue | undefined {
    if (old === undefined) return undefined;
    try {
      return { ...old, value: this.#parts.values.decode(old.stored, entry, key) };
    } catch (error) {
      meter.unreadable(error);
      return undefined;
    }
  }

  /** The caller waits, so that his next read finds the value, but not for a server that does not answer. */
  #settle(request: LoadRequest, claim: LoadClaim, outcome: LoadOutcome): Promise<void> {
    const { settler, limit } = this.#parts;
    const settled = settler.settle(request, claim, outcome);
    return limit === null ? settled : limit.patience(settled);
  }

  /** Settles as the loader does, unless that is ended from outside. */
  #within<T>(
    { meter, entry }: Pick<EntryRequest, 'meter' | 'entry'>,
    decisions: LoadDecisions,
    loading: Promise<T>,
  ): Promise<T> {
    const { hardTimeoutMs } = entry.freshness;
    return new Promise<T>((resolve, reject) => {
      let cancel: Cancel = () => undefined;
      const stop = () => {
        cancel();
        this.#endings.delete(end);
      };
      const end = (reason: Error) => {
        stop();
        decisions.abort(reason);
        reject(reason);
      };
      if (hardTimeoutMs > 0) {
        const tooLong = () => end(new CacheLoadTimeoutError(meter.cache, hardTimeoutMs));
        cancel = this.#parts.clock.after(hardTimeoutMs, tooLong);
      }
      this.#endings.add(end);
      const settled = loading.finally(stop);
      settled.then(resolve, reject);
    });
  }
}
