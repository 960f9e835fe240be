/** Is one part of a key. Rendered as text, so `1`, `1n` and `'1'` are the same part. @publicApi */
export type KeySegment = string | number | bigint | boolean;

/**
 * Names a cached value: a text whose `:` separate its parts, or the list of its parts.
 *
 * `'user:1'` and `['user', 1]` are the same key. Give the list when a part comes from outside: whatever it holds, it
 * stays one part.
 *
 * @example
 * await cache.get('settings:theme');
 * await cache.get(['user', id, 'profile']);
 *
 * @publicApi
 */
export type CacheKey = string | readonly KeySegment[];
