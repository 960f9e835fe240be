// What it costs to invalidate 100,000 entries by a tag, and to delete 100,000 of 500,000 keys by pattern.
//   node --import ./test/support/typescript.mjs bench/cache/invalidate.mjs [rounds = 5] [keys = 500000] [victims = 100000]
import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { startRedis } from '../../src/testing/start-redis.ts';
import { openCache } from '../../test/support/cache.ts';
import { median, report } from '../turns.mjs';

const [rounds, keys, victims] = [5, 500_000, 100_000].map((given, i) => Number(process.argv[i + 2] ?? given));
const CHUNK = 1_000;

const redis = await startRedis({ kind: 'native', config: { save: '' } });
const namespace = `bench-${randomUUID()}`;
const { cache, close } = await openCache(redis.url, { namespace, connection: { commandTimeout: '30s' } });
const [raw, bystander] = [new Redis(redis.url), new Redis(redis.url)];

async function fill(name, count) {
  for (let from = 0; from < count; from += CHUNK) {
    const pipeline = raw.pipeline();
    for (let id = from; id < Math.min(count, from + CHUNK); id++)
      pipeline.set(`${namespace}:cache:${name}:${id}`, '{"id":1}');
    await pipeline.exec();
  }
}

async function bareLoop(match) {
  let cursor = '0';
  do {
    const [next, found] = await raw.scan(cursor, 'MATCH', match, 'COUNT', 1_000);
    if (found.length > 0) await raw.unlink(...found);
    cursor = next;
  } while (cursor !== '0');
}

/** Returns how long the work takes, and the longest that another client waits for an answer meanwhile. */
async function timed(work) {
  let isOver = false;
  let worstMs = 0;
  const watch = async () => {
    while (!isOver) {
      const askedAt = performance.now();
      await bystander.ping();
      worstMs = Math.max(worstMs, performance.now() - askedAt);
      await new Promise((resolve) => setImmediate(resolve));
    }
  };
  const watching = watch();
  const startedAt = performance.now();
  await work();
  const elapsedMs = performance.now() - startedAt;
  isOver = true;
  await watching;
  return { elapsedMs, worstMs };
}

const tagMs = [];
for (let from = 0; from < victims; from += CHUNK) {
  const entries = Array.from({ length: Math.min(CHUNK, victims - from) }, (_, i) => ({
    key: `tagged:${from + i}`,
    value: { id: 1 },
    options: { tags: ['everything'] },
  }));
  await cache.setMany(entries);
}
for (let round = 0; round < rounds; round++) {
  await cache.set('tagged:again', 1, { tags: ['everything'] });
  const startedAt = performance.now();
  await cache.invalidateTags('everything');
  tagMs.push(performance.now() - startedAt);
}
await cache.clear();

await fill('bystander', keys - victims);
const ratios = [];
const pings = [];
for (let round = 0; round < rounds; round++) {
  await fill('victim', victims);
  const bare = await timed(() => bareLoop(`${namespace}:cache:victim:*`));
  await fill('victim', victims);
  const ours = await timed(() => cache.deletePattern('victim:*'));
  ratios.push(ours.elapsedMs / bare.elapsedMs);
  pings.push(ours.worstMs);
}
console.log(`\nmedians of ${rounds} rounds`);
report(`a tag on ${victims} keys invalidated`, `${median(tagMs).toFixed(2)} ms`, 'goal: < 1 ms');
report(`${victims} of ${keys} keys by pattern, beside a bare loop`, median(ratios).toFixed(2), 'goal: ≤ 1.2');
report("another client's longest wait meanwhile", `${median(pings).toFixed(1)} ms`, 'goal: < 20 ms');
await Promise.all([close(), raw.quit(), bystander.quit()]);
await redis.stop();
