import { Redis } from 'ioredis';
import { openCache } from './cache.js';
import { until } from './until.js';

export interface CrowdReport {
  /** Is how long it took until the last caller had his answer, in milliseconds. */
  readonly wallMs: number;
  /** Are the different values that the callers got. */
  readonly values: unknown[];
  /** Are the different errors that they got, as texts. */
  readonly errors: string[];
  /** Counts the callers who got an error. */
  readonly failures: number;
  /** Are the different errors of Redis that they did not see. */
  readonly told: string[];
}

interface Crowd {
  readonly namespace: string;
  /** Is how many processes wait for one another before they begin. */
  readonly processes: number;
  readonly callers: number;
  readonly loadMs: number;
  /** Lets the loader throw. */
  readonly fails?: boolean;
}

/** Is another library's cache, to be compared with. */
interface OtherCache {
  getOrSet(key: string, load: () => Promise<unknown>): Promise<unknown>;
  close(): Promise<unknown>;
}

/** Sends many callers to one cold key at once, as one process of several; counts the loader's runs in Redis. */
export async function crowd(
  url: string,
  { namespace, processes, callers, loadMs, fails = false }: Crowd,
  other?: OtherCache,
): Promise<CrowdReport> {
  // A machine that is too busy to answer within a second is not what this is about.
  const { cache, close, events } = await openCache(url, { namespace, connection: { commandTimeout: '30s' } });
  const told = new Set<string>();
  events.on('cache:error', ({ operation, error }) => told.add(`${operation}: ${error.message}`));
  const database = new Redis(url);
  const load = async () => {
    await database.incr(`${namespace}:runs`);
    await new Promise((resolve) => setTimeout(resolve, loadMs));
    if (fails) throw new RangeError('database away');
    return process.pid;
  };
  const crowded: Pick<OtherCache, 'getOrSet'> = other ?? cache;
  await crowded.getOrSet(`${namespace}:warm-up:${process.pid}`, async () => Promise.resolve(1));
  await database.incr(`${namespace}:ready`);
  await until(async () => Number(await database.get(`${namespace}:ready`)) >= processes, 60_000);
  const startedAt = performance.now();
  const ends = await Promise.allSettled(
    Array.from({ length: callers }, () => crowded.getOrSet(`${namespace}:cold`, load)),
  );
  const wallMs = performance.now() - startedAt;
  const errors = ends.flatMap((end) => (end.status === 'rejected' ? [String(end.reason)] : []));
  const values = ends.flatMap((end) => (end.status === 'fulfilled' ? [end.value] : []));
  await Promise.all([close(), other?.close(), database.quit()]);
  return {
    wallMs,
    values: [...new Set(values)],
    errors: [...new Set(errors)],
    failures: errors.length,
    told: [...told],
  };
}
