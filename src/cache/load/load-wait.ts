import type { Clock } from '../../common/clock.js';
import { RedisUnavailableError } from '../../connection/connection.errors.js';
import { pollPauseMs } from '../../connection/polling.js';
import { CacheLoadTimeoutError } from '../cache.errors.js';
import { LEASE_MS } from './claim-renewal.js';
import { markAwaited } from '../entry/entry-content.js';
import type { EntryJudge } from '../entry/entry-judge.js';
import type { EntryReader } from '../entry/entry-reader.js';
import type { EntryStore } from '../entry/entry-store.js';
import type { LoadNewsChannel } from './load-news.js';
import type { EntryRequest } from './load-request.js';
import type { Look } from '../entry/look.js';

/** The one who waits must not look before a claim that nobody renews has surely expired. */
const WAIT_MS = LEASE_MS + 50;

interface WaitParts {
  readonly reader: EntryReader;
  readonly judge: EntryJudge;
  readonly store: EntryStore;
  readonly news: LoadNewsChannel;
  readonly clock: Clock;
  /** Tells whether the server is known to be away. */
  readonly isAway: () => boolean;
}

/** Says that somebody is loading. @internal */
export type Loading = Extract<Look, { kind: 'loading' }>;

/**
 * Waits for a load that somebody else has claimed.
 *
 * @internal
 */
export class LoadWait {
  readonly #parts: WaitParts;

  constructor(parts: WaitParts) {
    this.#parts = parts;
  }

  /** Waits until a load is over, for as long as the entry's `hardTimeout` allows. @returns what there is then. */
  async end(request: EntryRequest, loading: Loading): Promise<Look> {
    const { clock } = this.#parts;
    const { hardTimeoutMs } = request.entry.freshness;
    const untilMs = clock.monotonic() + (hardTimeoutMs || Infinity);
    let look: Look = loading;
    while (isSame(look, loading)) {
      const leftMs = untilMs - clock.monotonic();
      if (leftMs <= 0)
        return { kind: 'failed', error: new CacheLoadTimeoutError(request.meter.cache, hardTimeoutMs) };
      look = await this.news(request, look, leftMs);
    }
    return look;
  }

  /** Waits until there may be something new, for `limitMs` at most. @returns what there is then, or how it failed. */
  async news(request: EntryRequest, loading: Loading, limitMs: number): Promise<Look> {
    const waitMs = Math.min(WAIT_MS, limitMs);
    if (!(await this.#isListening(request))) return this.#poll(request, loading, waitMs);
    const { token, awaited, content } = loading;
    const news = this.#parts.news.next(token, waitMs);
    if (awaited) {
      // Others said so; the news may have gone out before this process began to listen.
      const look = await this.#lookAgain(request, loading);
      if (!isSame(look, loading)) return look;
    } else {
      const marked = { key: request.key, expected: content, content: markAwaited(content) };
      const outcome = await this.#parts.store.swap({ ...marked, ttlMs: 1, keepsTtl: true });
      const found = outcome.kind === 'other' ? outcome.content : null;
      if (outcome.kind !== 'swapped') return this.#parts.judge.judge(request, found);
    }
    const end = await news;
    return end.kind === 'failed' ? end : this.#lookAgain(request, loading);
  }

  async #isListening({ meter }: EntryRequest): Promise<boolean> {
    const { news } = this.#parts;
    if (!news.arrives) return false;
    try {
      await news.listen();
      return true;
    } catch (error) {
      meter.failed('listen', error);
      return false;
    }
  }

  /** A server that is slow for once is no reason to load what somebody else is loading. */
  async #lookAgain(request: EntryRequest, loading: Loading): Promise<Look> {
    try {
      return await this.#parts.reader.look(request);
    } catch (error) {
      const isSlow = error instanceof RedisUnavailableError && error.reason === 'timeout';
      if (!isSlow || this.#parts.isAway()) throw error;
      request.meter.failed('read', error);
      return loading;
    }
  }

  /** Looks again and again, for want of news, until another content is there. */
  async #poll(request: EntryRequest, loading: Loading, limitMs: number): Promise<Look> {
    const { news, clock } = this.#parts;
    const untilMs = clock.monotonic() + limitMs;
    for (let attempt = 0; ; attempt++) {
      await news.next(loading.token, Math.min(pollPauseMs(attempt), untilMs - clock.monotonic()));
      const look = await this.#lookAgain(request, loading);
      if (!isSame(look, loading) || clock.monotonic() >= untilMs) return look;
    }
  }
}

function isSame(look: Look, { token }: Loading): look is Loading {
  return look.kind === 'loading' && look.token === token;
}
