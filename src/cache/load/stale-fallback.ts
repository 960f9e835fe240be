import type { Clock } from '../../common/clock.js';
import type { EntryRequest } from './load-request.js';
import { isServedForWant, type OldValue } from '../entry/old-value.js';

/**
 * Answers with an old value where a load fails or takes too long.
 *
 * @internal
 */
export class StaleFallback {
  constructor(private readonly clock: Clock) {}

  /** Returns what is loaded, or the old value if there is one that may be served. */
  orOld(request: EntryRequest, old: OldValue | undefined, loaded: Promise<unknown>): Promise<unknown> {
    const { meter, entry } = request;
    if (!isServedForWant(old, entry.freshness)) return loaded;
    let isSlow = false;
    const hidden = (error: unknown): unknown => {
      meter.hidden(error);
      if (!isSlow) meter.stale('failed');
      return old.value;
    };
    const answer = loaded.catch(hidden);
    const { softTimeoutMs } = entry.freshness;
    if (softTimeoutMs === 0) return answer;
    return this.#within(answer, softTimeoutMs, () => {
      isSlow = true;
      meter.stale('slow');
      return old.value;
    });
  }

  async #within(answer: Promise<unknown>, limitMs: number, giveUp: () => unknown): Promise<unknown> {
    let cancel = () => {};
    const limit = new Promise<unknown>((resolve) => {
      cancel = this.clock.after(limitMs, () => resolve(giveUp()));
    });
    try {
      return await Promise.race([answer, limit]);
    } finally {
      cancel();
    }
  }
}
