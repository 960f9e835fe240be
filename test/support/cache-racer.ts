import { Redis } from 'ioredis';
import { openCache } from './cache.js';

export interface RaceReport {
  readonly reads: number;
  readonly invalidations: number;
  /** Counts loaded values that came too late to be stored: proof that the races took place. */
  readonly refused: number;
  /** Counts reads that began after an invalidation and still saw what was there before it. */
  readonly stale: number;
}

const KEYS = ['a', 'b', 'c'];
const pause = () => new Promise((resolve) => setTimeout(resolve, Math.random() * 3));
const pick = (count: number) => Math.floor(Math.random() * count);

interface Race {
  readonly rounds: number;
  /** Removes only by pattern and by `clear`, now and then where a claim has just expired. @default false */
  readonly sweeps?: boolean;
}

/**
 * Races in one process of several: reads through the cache what it and the others write to a "database" and invalidate.
 * After each invalidation the version it was for is noted; who reads that note and then the cache must see no less.
 */
export async function race(
  url: string,
  namespace: string,
  { rounds, sweeps = false }: Race,
): Promise<RaceReport> {
  const { cache, redisKey, close } = await openCache(url, { namespace });
  const database = new Redis(url);
  const versions = `${namespace}:database`;
  const notes = `${namespace}:notes`;
  let [reads, invalidations, stale] = [0, 0, 0];

  const load = async (key: string) => {
    const version = Number(await database.hget(versions, key));
    await pause();
    return version;
  };
  const read = async (key: string) => {
    const least = Number(await database.zscore(notes, key));
    // News of the invalidation lay there before the note did; which of two sockets is read first is up to the loop.
    await new Promise((resolve) => setImmediate(resolve));
    const version = await cache.getOrSet(['race', key], () => load(key), { tags: [`race-${key}`] });
    reads++;
    if (version < least) stale++;
  };
  const write = async (key: string) => {
    const version = await database.hincrby(versions, key, 1);
    const pattern = () => cache.deletePattern(`race:${key}`);
    const ways = sweeps
      ? [pattern, () => cache.clear(), () => database.pexpire(redisKey(`race:${key}`), 1).then(pattern)]
      : [pattern, () => cache.delete(['race', key]), () => cache.invalidateTags(`race-${key}`)];
    await ways[pick(ways.length)]!();
    await database.zadd(notes, 'GT', version, key);
    invalidations++;
  };

  for (let round = 0; round < rounds; round++) {
    const key = KEYS[pick(KEYS.length)]!;
    await Promise.all([read(key), read(KEYS[pick(KEYS.length)]!), pause().then(() => write(key)), read(key)]);
  }
  const { refused } = cache.stats();
  await Promise.all([close(), database.quit()]);
  return { reads, invalidations, refused, stale };
}
