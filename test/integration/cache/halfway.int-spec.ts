import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { CacheEntryOptions } from '../../../src/cache/entry/entry-options.js';
import type { LoadContext } from '../../../src/cache/load/load-context.js';
import { startRedis } from '../../../src/testing/start-redis.js';
import type { TestRedis } from '../../../src/testing/test-redis.js';
import { openCache, type OpenCache } from '../../support/cache.js';
import { FailingGateway } from '../../support/failing-gateway.js';
import { until } from '../../support/until.js';

const OLD = { ttl: 1, swr: '1h', staleIfError: '1h' } as const;

interface Situation {
  readonly name: string;
  readonly options: CacheEntryOptions;
  /** Is what there is before; nothing when it is left out. */
  readonly before?: CacheEntryOptions;
  readonly load?: (context: LoadContext) => string;
}

const SITUATIONS: Situation[] = [
  { name: 'a miss', options: {} },
  { name: 'a miss with tags', options: { tags: ['a', 'b'] } },
  { name: 'a miss whose loader gives tags', options: {}, load: ({ setTags }) => (setTags('late'), 'new') },
  { name: 'a miss of what grows old', options: { swr: '1h', tags: ['a'] } },
  { name: 'an old value', options: { staleIfError: '1h', tags: ['a'] }, before: { ...OLD, tags: ['a'] } },
];

/** Is over before Redis can answer once more: callers of one turn are in step, and none comes after a load that is over. */
const pause = () => new Promise((resolve) => setImmediate(resolve));

const STEPS = [1, 2, 3, 4, 5, 6, 7];
const CASES = SITUATIONS.flatMap((situation) =>
  STEPS.flatMap((step) =>
    (['before', 'after'] as const).map((point) => ({ ...situation, title: situation.name, step, point })),
  ),
);

describe('Redis failing half-way through', () => {
  let redis: TestRedis;
  let opened: OpenCache | undefined;
  const failing = new FailingGateway();
  beforeAll(async () => {
    redis = await startRedis();
    // What fails is what is made to fail, not what a busy machine lets wait.
    const options = { timeout: '10s' } as const;
    opened = await openCache(redis.url, { options, between: (gateway) => failing.wrap(gateway) });
  });
  afterAll(async () => {
    await opened?.close();
    await redis?.stop();
  });

  async function putOld(key: string, before: CacheEntryOptions): Promise<void> {
    await opened!.cache.set(key, 'old', before);
    await until(async () => !(await opened!.cache.has(key)));
  }

  let keys = 0;
  // Seen to fail for old values when those who share a read read again, each for himself.
  it.each(CASES)(
    '$title: call $step fails $point it takes effect, and the loader runs once',
    async ({ options, before, step, point, load = () => 'new' }) => {
      const { cache } = opened!;
      const key = `halfway:${keys++}`;
      if (before !== undefined) await putOld(key, before);
      let runs = 0;
      const loader = async (context: LoadContext) => {
        runs++;
        await pause();
        return load(context);
      };
      failing.fail(step, point);
      const callers = Array.from({ length: 5 }, () => cache.getOrSet(key, loader, options));
      expect(new Set(await Promise.all(callers))).toEqual(new Set(['new']));
      expect(runs).toBe(1);
    },
  );

  it.each(STEPS)('a loader that throws: call %i fails, and the loader runs once', async (step) => {
    const { cache } = opened!;
    const failure = new Error('database away');
    let runs = 0;
    const load = async () => {
      runs++;
      await pause();
      throw failure;
    };
    failing.fail(step, 'before');
    const callers = Array.from({ length: 5 }, () => cache.getOrSet(`thrown:${step}`, load, { tags: ['a'] }));
    const ends = await Promise.allSettled(callers);
    expect(ends.map((end) => end.status === 'rejected' && (end.reason as unknown))).toEqual(
      Array(5).fill(failure),
    );
    expect(runs).toBe(1);
  });
});
