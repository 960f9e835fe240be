import type { OpenCache, OpenCacheOptions } from '../../support/cache.js';

/** Opens one process' view of a cache; two with one namespace stand for two processes. */
export type MakeCache = (options?: OpenCacheOptions) => Promise<OpenCache>;

/** Returns the cache that a contract suite shares. */
export type Open = () => OpenCache;
