import { RedisSuiteError } from '../common/errors.js';

/**
 * Says that an invalidation could not reach Redis: entries that should be gone may still be there.
 *
 * Thrown by direct calls only. When it is queued there is nothing to do: it is sent when Redis is back, before this
 * process reads from Redis again. It is not queued when the server refuses it for good, or the application shuts down.
 *
 * @publicApi
 */
export class CacheUnavailableError extends RedisSuiteError {
  readonly code = 'E_CACHE_UNAVAILABLE';
  /** Says that it is sent when Redis is back. */
  readonly isQueued: boolean;

  constructor(
    /** Is the method that failed, for example `delete`. */
    readonly operation: string,
    { cause, isQueued = false }: { cause: unknown; isQueued?: boolean },
  ) {
    const outlook = isQueued
      ? 'It is queued, and sent when Redis is back.'
      : 'Repeat it later; entries expire with their ttl.';
    super(`The cache could not ${operation}: ${reasonOf(cause)} ${outlook}`, { cause });
    this.isQueued = isQueued;
  }
}

/** What the server refused, for want of a permission for example, only its own words explain. */
function reasonOf(cause: unknown): string {
  const isRefusal = cause instanceof RedisSuiteError && cause.code === 'E_REDIS_REPLY';
  return isRefusal ? `${cause.message.replace(/\.$/, '')}.` : 'Redis is unavailable.';
}

/** Says that entries could not all be removed within the budget; those that were stay removed. @publicApi */
export class CacheBudgetError extends RedisSuiteError {
  readonly code = 'E_CACHE_BUDGET';

  constructor(
    /** Is the budget, in milliseconds. */
    readonly budgetMs: number,
    /** Counts the entries that were removed. */
    readonly removed: number,
  ) {
    super(`${removed} entries were removed within the budget of ${budgetMs} ms. Call again for the rest.`);
  }
}

/**
 * Says that the `ids` of a cascade failed, whose error is the `cause`. An invalidation has reached all that was found
 * without them.
 *
 * @publicApi
 */
export class CascadeError extends RedisSuiteError {
  readonly code = 'E_CACHE_CASCADE';

  constructor(
    /** Is the entity whose cascade failed. */
    readonly from: string,
    /** Is the entity it leads to. */
    readonly to: string,
    options: { cause: unknown },
  ) {
    super(
      `The cascade from '${from}' to '${to}' failed: its 'ids' threw. Repeat the call for what they would have found.`,
      options,
    );
  }
}

/**
 * Says that a loader took longer than its `hardTimeout`; its `signal` was aborted with this.
 *
 * @publicApi
 */
export class CacheLoadTimeoutError extends RedisSuiteError {
  readonly code = 'E_CACHE_LOAD_TIMEOUT';

  constructor(
    /** Is the cache's name in statistics. */
    readonly cache: string,
    /** Is the limit, in milliseconds. */
    readonly hardTimeoutMs: number,
  ) {
    super(
      `A loader of the cache '${cache}' took longer than its hardTimeout of ${hardTimeoutMs} ms. ` +
        `Raise hardTimeout, or set staleIfError to serve the old value meanwhile.`,
    );
  }
}

/** Says that a load was ended because the application shuts down. @publicApi */
export class CacheClosedError extends RedisSuiteError {
  readonly code = 'E_CACHE_CLOSED';

  constructor() {
    super('The cache is closed, because the application shuts down; the load was not awaited.');
  }
}

/** Says that a value has no form in which it could be stored and come back the same. @publicApi */
export class CacheCodecError extends RedisSuiteError {
  readonly code = 'E_CACHE_CODEC';
}

/** Says that a cached method returned something that can be read only once, such as a stream. @publicApi */
export class UncacheableResultError extends RedisSuiteError {
  readonly code = 'E_CACHE_RESULT';

  constructor(
    /** Is `Class.method`. */
    readonly method: string,
    readonly found: string,
  ) {
    super(
      `${method} is @Cached and returned ${found}, which can be read only once: return data, or take @Cached away.`,
    );
  }
}
