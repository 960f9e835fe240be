import type { Cancel, Clock } from '../../common/clock.js';
import type { SuiteEvents } from '../../common/events.js';
import type { RedisGateway } from '../../connection/redis-gateway.js';
import { RICH_CODEC } from '../codec/rich-codec.js';
import { revivedFailure, sharedFailure, type SharedFailure } from './shared-failure.js';

/** Is the end of a load in another process. @internal */
export type LoadNews =
  /** Look again: there may be a value, or the one who loaded may be gone. */
  | { readonly kind: 'look' }
  /** The loader failed with this. */
  | { readonly kind: 'failed'; readonly error: unknown };

interface NewsParts {
  readonly redis: RedisGateway;
  readonly clock: Clock;
  readonly events: SuiteEvents;
  readonly channel: string;
}

const LOOK: LoadNews = { kind: 'look' };

/**
 * Tells other processes that a load has ended, and waits for such news: over one channel, subscribed to by a process
 * that has waited before, and used only when somebody said that he waits.
 *
 * @internal
 */
export class LoadNewsChannel {
  readonly #parts: NewsParts;
  readonly #waiting = new Map<string, Set<(news: LoadNews) => void>>();
  #subscribed: Promise<unknown> | null = null;

  constructor(parts: NewsParts) {
    this.#parts = parts;
    parts.events.on('connection:availability', ({ connection, state }) => {
      if (connection === parts.redis.name && state === 'down') this.#wakeAll();
    });
  }

  /** Says whether news arrive at all; without, one has to look now and then. */
  get arrives(): boolean {
    return this.#parts.redis.capabilities.push;
  }

  /** Makes sure that news arrive from now on; call it before saying that one waits. SUBSCRIBE. */
  async listen(): Promise<void> {
    this.#subscribed ??= this.#parts.redis.subscribe(this.#parts.channel, {
      onMessage: (message) => this.#onMessage(message),
      onResume: () => this.#wakeAll(),
    });
    try {
      await this.#subscribed;
    } catch (error) {
      this.#subscribed = null;
      throw error;
    }
  }

  /** Waits for the end of a load, for `limitMs` at most; then it says that one should look. */
  next(token: string, limitMs: number): Promise<LoadNews> {
    return new Promise((resolve) => {
      const waiting = this.#waiting.get(token) ?? new Set();
      const settle = (news: LoadNews) => {
        cancel();
        waiting.delete(settle);
        if (waiting.size === 0) this.#waiting.delete(token);
        resolve(news);
      };
      const cancel: Cancel = this.#parts.clock.after(limitMs, () => settle(LOOK));
      this.#waiting.set(token, waiting.add(settle));
    });
  }

  /** Tells that a load has ended; with the loader's error when it failed. PUBLISH. */
  async tell(token: string, failure?: { readonly error: unknown }): Promise<void> {
    const news = failure === undefined ? [token] : [token, RICH_CODEC.encode(sharedFailure(failure.error))];
    await this.#parts.redis.send(['PUBLISH', this.#parts.channel, JSON.stringify(news)]);
  }

  #onMessage(message: string): void {
    const [token, news] = readNews(message);
    this.#waiting.get(token)?.forEach((settle) => settle(news));
  }

  /** While the connection or the subscription was broken, news may have been missed. */
  #wakeAll(): void {
    for (const waiting of [...this.#waiting.values()]) waiting.forEach((settle) => settle(LOOK));
  }
}

/** Anybody may publish anything; what is no news of ours is news of no load. */
function readNews(message: string): readonly [token: string, news: LoadNews] {
  try {
    const [token, failed] = JSON.parse(message) as [string, string?];
    if (failed === undefined) return [token, LOOK];
    return [token, { kind: 'failed', error: revivedFailure(RICH_CODEC.decode(failed) as SharedFailure) }];
  } catch {
    return ['', LOOK];
  }
}
