import { CacheLoadTimeoutError } from './cache.errors.js';

/** Returns what a loader in another process threw: those of our own errors that it may be are again what they were. @internal */
export function revivedFailure(error: unknown): unknown {
  const { code, cache, hardTimeoutMs } = Object(error) as Record<string, unknown>;
  const isTimeout =
    code === 'E_CACHE_LOAD_TIMEOUT' && typeof cache === 'string' && typeof hardTimeoutMs === 'number';
  return isTimeout ? new CacheLoadTimeoutError(cache, hardTimeoutMs) : error;
}
