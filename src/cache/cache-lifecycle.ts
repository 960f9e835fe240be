import { Inject, Injectable, Logger, type OnApplicationShutdown } from '@nestjs/common';
import { SuiteEvents } from '../common/events.js';
import type { CacheEngine } from './cache-engine.js';
import { CACHE_ENGINE } from './cache.constants.js';

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

  constructor(
    @Inject(CACHE_ENGINE) private readonly engine: CacheEngine,
    events: SuiteEvents,
  ) {
    events.on('cache:load-failed', ({ cache, error }) => this.#onFailure(cache, error));
    events.on('cache:load', ({ cache, failed }) => {
      if (!failed) this.#failing.delete(cache);
    });
  }

  /** Comes when every request has been answered and before the connections are closed. */
  async onApplicationShutdown(): Promise<void> {
    await this.engine.runner.close();
  }

  #onFailure(cache: string, { name, message }: Error): void {
    if (this.#failing.has(cache)) return;
    this.#failing.add(cache);
    this.#logger.warn(
      `A loader of the cache '${cache}' fails, and old values are served: ${name}: ${message}`,
    );
  }
}
