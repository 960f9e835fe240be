/** Says what may be lost: `cache` may be evicted at any time, `state` must not be. @publicApi */
export type DataClass = 'cache' | 'state';

/** Lists the built-in key families, the second part of every key in Redis, with their data class. @publicApi */
export const KEY_FAMILIES = {
  cache: 'cache',
  session: 'state',
  jobs: 'state',
  ratelimit: 'state',
  idempotency: 'state',
  lock: 'state',
  counter: 'state',
  flag: 'state',
  code: 'state',
  event: 'state',
} as const satisfies Record<string, DataClass>;

/** Names a built-in key family. @publicApi */
export type KeyFamily = keyof typeof KEY_FAMILIES;
