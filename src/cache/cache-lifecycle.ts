import { Inject, Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { SuiteEvents, type SuiteEventMap } from '../common/events.js';
import { RedisUnavailableError } from '../connection/connection.errors.js';
import type { CacheEngine } from './cache-engine.js';
import { CACHE_ENGINE } from './cache.constants.js';
import type { BacklogState } from './cache.events.js';

/** Bounds the last try to send what is left at shutdown. */
const LAST_TRY_MS = 500;

const BACKLOG_LINES: Record<BacklogState, string> = {
  queued: 'Invalidations of the cache cannot reach Redis; they are sent when it is back.',
  applied: 'The # invalidations of the cache that had to wait have been sent.',
  overflowed: '# invalidations of the cache wait for Redis; all entries will be removed in their place.',
  lost: '# invalidations of the cache were not sent; the entries expire with their ttl.',
};

/**
 * Ends the cache with its application, and writes to Nest's log what nobody else would see: once for each cache a loader
 * that fails behind the back of its callers, until it succeeds again.
 *
 * @internal
 */
@Injectable()
export class CacheLifecycle implements OnApplicationShutdown {
  readonly #logger = new Logger('RedisModule');
  /** Are the caches whose failing loader has been told. */
  readonly #failing = new Set<string>();
  #hasToldOfTimeout = false;

  constructor(
    @Inject(CACHE_ENGINE) private readonly engine: CacheEngine,
    events: SuiteEvents,
  ) {
    events.on('cache:backlog', (backlog) => this.#onBacklog(backlog));
    events.on('cache:error', ({ error }) => this.#onError(error));
    events.on('cache:load-failed', ({ cache, error }) => this.#onFailure(cache, error));
    events.on('cache:load', ({ cache, failed }) => {
      if (!failed) this.#failing.delete(cache);
    });
  }

  /** Comes when every request has been answered and before the connections are closed. */
  async onApplicationShutdown(): Promise<void> {
    await this.engine.runner.close();
    await this.engine.backlog.close(LAST_TRY_MS);
  }

  #onBacklog({ state, count }: SuiteEventMap['cache:backlog']): void {
    const line = BACKLOG_LINES[state].replace('#', String(count));
    if (state === 'applied') this.#logger.log(line);
    else this.#logger.warn(line);
  }

  /** One line is enough: a server that is down is told of by its connection. */
  #onError(error: Error): void {
    if (!(error instanceof RedisUnavailableError) || error.reason !== 'timeout') return;
    if (this.#hasToldOfTimeout) return;
    this.#hasToldOfTimeout = true;
    this.#logger.warn(`The cache goes on without Redis: ${error.message}`);
  }

  #onFailure(cache: string, { name, message }: Error): void {
    if (this.#failing.has(cache)) return;
    this.#failing.add(cache);
    this.#logger.warn(
      `A loader of the cache '${cache}' fails, and old values are served: ${name}: ${message}`,
    );
  }
}
