import { toMs, type Duration } from '../../common/duration.js';
import type { Clock } from '../../common/clock.js';
import { CacheBudgetError } from '../cache.errors.js';
import type { EntryStore } from '../entry/entry-store.js';

/** Says how far the removal of entries has come. @publicApi */
export interface RemovalProgress {
  /** Counts the entries removed so far. */
  readonly removed: number;
  /** Is the time it has taken so far, in milliseconds. */
  readonly elapsedMs: number;
}

/** Says how entries are removed by pattern. @publicApi */
export interface RemovalOptions {
  /** Stops after this long; what is removed by then stays removed. @default no limit */
  budget?: Duration;
  /** Is called after each batch, of some hundred keys. */
  onProgress?: (progress: RemovalProgress) => void;
}

/**
 * Removes the keys that match, in batches, on every master.
 *
 * @internal
 */
export class KeySweep {
  constructor(
    private readonly store: EntryStore,
    private readonly clock: Clock,
    /** Tells entries from the cache's other keys. */
    private readonly isEntry: (key: string) => boolean,
  ) {}

  /**
   * Removes keys; a batch is removed while the next is sought. SCAN and UNLINK, O(keys in Redis).
   *
   * @returns how many there were.
   * @throws {CacheBudgetError} when the budget does not suffice.
   */
  async run(match: string, { budget, onProgress }: RemovalOptions = {}): Promise<number> {
    const startedAt = this.clock.monotonic();
    const budgetMs = budget === undefined ? Infinity : toMs(budget, 'budget');
    const elapsedMs = () => this.clock.monotonic() - startedAt;
    let removed = 0;
    let removing: Promise<number> = Promise.resolve(0);
    const settle = async () => {
      removed += await removing;
      removing = Promise.resolve(0);
      onProgress?.({ removed, elapsedMs: elapsedMs() });
    };
    for await (const batch of this.store.scan(match)) {
      await settle();
      if (elapsedMs() > budgetMs) throw new CacheBudgetError(budgetMs, removed);
      removing = this.store.unlink(batch.filter(this.isEntry));
      // Awaited with the next batch; until then a failure is nobody's.
      removing.catch(() => undefined);
    }
    await settle();
    return removed;
  }
}
