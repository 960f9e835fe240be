import type { KeyNews, KeyNewsListener, NewsSource } from '../../connection/key-news/key-news.js';
import type { RedisGateway } from '../../connection/redis-gateway.js';
import type { L1Cache } from './l1-cache.js';

/**
 * Says how the values in the process follow changes: the server tells of all (`tracking`), the application's processes
 * tell of theirs (`bus`), nobody tells, so they are kept for moments only (`ttl`), or they are not used: news are
 * missing or have not been asked for yet (`waiting`), or the tier is `off`.
 *
 * @publicApi
 */
export type L1CoherenceMode = 'tracking' | 'bus' | 'ttl' | 'waiting' | 'off';

const MODE_OF: Record<NewsSource, L1CoherenceMode> = { server: 'tracking', processes: 'bus', nobody: 'ttl' };

/** Bounds, by mode, how long a value is served without asking Redis, in milliseconds. @internal */
export const MAX_AGE_MS: Record<L1CoherenceMode, number> = {
  tracking: Infinity,
  // Changes by other programs, and expiry, are not told of.
  bus: 30_000,
  ttl: 2_000,
  waiting: 0,
  off: 0,
};

interface CoherenceParts {
  readonly redis: RedisGateway;
  readonly l1: L1Cache;
  /** Is what all keys of the cache begin with. */
  readonly prefix: string;
  readonly onMode: (mode: L1CoherenceMode) => void;
}

/**
 * Keeps the first tier true: asks for news of the cache's keys when it is first used, and suspends it at once when news
 * may be missing. What was kept before the news came back is never used while Redis answers, and then discarded.
 *
 * @internal
 */
export class L1Coherence implements KeyNewsListener {
  readonly #parts: CoherenceParts;
  #news: KeyNews | null = null;
  #mode: L1CoherenceMode = 'waiting';

  constructor(parts: CoherenceParts) {
    this.#parts = parts;
  }

  /** Is the present mode. */
  get mode(): L1CoherenceMode {
    return this.#mode;
  }

  /** Asks for news, the first time it is called. */
  start(): void {
    if (this.#news !== null || this.#mode !== 'waiting') return;
    const { redis, prefix } = this.#parts;
    if (redis.follow !== undefined && redis.capabilities.push) this.#news = redis.follow(prefix, this);
    else this.onFollowing('nobody');
  }

  /** Tells the other processes of this one's changes, where nobody else does. */
  announce(keys: readonly string[]): void {
    this.#news?.announce(keys);
  }

  onFollowing(source: NewsSource): void {
    this.#parts.l1.clear();
    this.#parts.l1.isCurrent = true;
    this.#become(MODE_OF[source]);
  }

  onLost(): void {
    this.#parts.l1.suspend();
    this.#become('waiting');
  }

  onChanged(keys: readonly string[] | null): void {
    if (keys === null) this.#parts.l1.clear();
    else this.#parts.l1.forget(keys);
  }

  #become(mode: L1CoherenceMode): void {
    if (this.#mode === mode) return;
    this.#mode = mode;
    this.#parts.onMode(mode);
  }
}
