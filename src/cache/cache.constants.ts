/** Is the token of the cache's resolved options. @internal */
export const CACHE_MODULE_OPTIONS = Symbol.for('nestjs-redis-suite:cache-options');

/** Is the statistics name of entries that no `@Cached` method and no namespace owns. @publicApi */
export const DEFAULT_CACHE_NAME = 'default';

/** Is the token of the engine behind every `CacheService` of one application. @internal */
export const CACHE_ENGINE = Symbol.for('nestjs-redis-suite:cache-engine');
