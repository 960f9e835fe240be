import { Redis } from 'ioredis';
import { openCache } from './cache.js';
import { until } from './until.js';

export interface FollowerReport {
  readonly reads: number;
  readonly l1Hits: number;
  readonly lost: number;
  /** Counts reads, begun after the loss was noticed, that saw less than Redis held before they began. */
  readonly stale: number;
}

/**
 * Reads one key through the cache for as long as `stop` is not set, while another process writes a growing number
 * there by itself and a third cuts the connection for news.
 */
export async function followKey(url: string, namespace: string): Promise<FollowerReport> {
  const { cache, events, redisKey, close } = await openCache(url, { namespace });
  const direct = new Redis(url);
  let [reads, stale, lost] = [0, 0, 0];
  let isLost = false;
  events.on('cache:coherence', ({ coherence }) => {
    isLost = coherence === 'waiting';
    if (isLost) lost++;
  });
  const read = async () => {
    // What Redis holds before the read begins is the least that it may bring while news are missing.
    const wasLost = isLost;
    const least = wasLost ? Number(await direct.get(redisKey('k'))) : 0;
    const value = Number(await cache.get('k'));
    reads++;
    if (wasLost && isLost && value < least) stale++;
  };
  while ((await direct.exists(`${namespace}:stop`)) === 0) {
    for (let round = 0; round < 20; round++) await read();
  }
  // Nothing is written any more: what is kept must come to be the last.
  const last = Number(await direct.get(redisKey('k')));
  await until(async () => Number(await cache.get('k')) === last);
  const { l1Hits } = cache.stats();
  await Promise.all([close(), direct.quit()]);
  return { reads, l1Hits, lost, stale };
}

/** Says what a process reads under a key, and whether it kept that, so that it answers without asking Redis. */
export interface Sight {
  readonly value: unknown;
  readonly kept: boolean;
}

/**
 * Reads keys through the cache over and over, for as long as `stop` is not set, and notes in a hash what it sees, under
 * its process id and the key.
 */
export async function watchKeys(url: string, namespace: string, keys: readonly string[]): Promise<void> {
  const { cache, close } = await openCache(url, { namespace });
  const notes = new Redis(url);
  const noted = new Map<string, string>();
  while ((await notes.exists(`${namespace}:stop`)) === 0) {
    for (const key of keys) {
      const before = cache.stats().l1Hits;
      const sight: Sight = { value: (await cache.get(key)) ?? null, kept: cache.stats().l1Hits > before };
      const text = JSON.stringify(sight);
      if (noted.get(key) === text) continue;
      noted.set(key, text);
      await notes.hset(`${namespace}:sights:${key}`, process.pid, text);
    }
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
  await Promise.all([close(), notes.quit()]);
}
