// What it costs to invalidate 100,000 entries by a tag, and to delete 100,000 of 500,000 keys by pattern, while the
// first tier of the process follows the keys; the bare loop removes keys as long that nobody follows.
//   node --import ./test/support/typescript.mjs bench/cache/invalidate.mjs [rounds = 5] [keys = 500000] [victims = 100000]
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { Redis } from 'ioredis';
import { startRedis } from '../../src/testing/start-redis.ts';
import { openCache } from '../../test/support/cache.ts';
import { median, report } from '../turns.mjs';

const [rounds, keys, victims] = [5, 500_000, 100_000].map((given, i) => Number(process.argv[i + 2] ?? given));
const CHUNK = 1_000;

const redis = await startRedis({ kind: 'native', config: { save: '' } });
const namespace = `bench-${randomUUID()}`;
const { cache, close } = await openCache(redis.url, { namespace, connection: { commandTimeout: '30s' } });
const raw = new Redis(redis.url);

async function fill(prefix, count) {
  for (let from = 0; from < count; from += CHUNK) {
    const pipeline = raw.pipeline();
    for (let id = from; id < Math.min(count, from + CHUNK); id++) pipeline.set(`${prefix}:${id}`, '{"id":1}');
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

/** Pings from a process of its own, once a millisecond, and tells the longest wait since it was last asked. */
const BYSTANDER = `
  import { Redis } from 'ioredis';
  const client = new Redis(${JSON.stringify(redis.url)});
  let worstMs = 0;
  process.on('message', () => {
    process.send(worstMs);
    worstMs = 0;
  });
  for (;;) {
    const askedAt = performance.now();
    await client.ping();
    worstMs = Math.max(worstMs, performance.now() - askedAt);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }
`;
const bystander = spawn(process.execPath, ['--input-type=module', '--eval', BYSTANDER], {
  stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
});
const worstWait = async () => {
  bystander.send('ask');
  return (await once(bystander, 'message'))[0];
};

async function timed(work) {
  const startedAt = performance.now();
  await work();
  return performance.now() - startedAt;
}

/** Returns how long the work takes, and the longest that another client waits for an answer meanwhile. */
async function watched(work) {
  await new Promise((resolve) => setTimeout(resolve, 200)); // the news of what was filled in have come
  await worstWait();
  const elapsedMs = await timed(work);
  return { elapsedMs, worstMs: await worstWait() };
}

const tagMs = [];
const bareTagMs = [];
for (let from = 0; from < victims; from += CHUNK) {
  const entries = Array.from({ length: Math.min(CHUNK, victims - from) }, (_, i) => ({
    key: `tagged:${from + i}`,
    value: { id: 1 },
    options: { tags: ['everything'] },
  }));
  await cache.setMany(entries);
}
await cache.getOrSet('tagged:again', () => 1); // the first tier begins to follow
for (let turn = 0; turn < 20 * rounds; turn++) {
  await cache.set('tagged:again', 1, { tags: ['everything'] });
  tagMs.push(await timed(() => cache.invalidateTags('everything')));
  await raw.mset('bare:1', 1, 'bare:2', 1);
  bareTagMs.push(await timed(() => raw.unlink('bare:1', 'bare:2')));
}
await cache.clear();

await fill(`${namespace}:cache:bystander`, keys - victims);
const ratios = [];
const pings = [];
for (let round = 0; round < rounds; round++) {
  await fill(`${namespace}:bares:victim`, victims);
  const bare = await watched(() => bareLoop(`${namespace}:bares:victim:*`));
  await fill(`${namespace}:cache:victim`, victims);
  const ours = await watched(() => cache.deletePattern('victim:*'));
  ratios.push(ours.elapsedMs / bare.elapsedMs);
  pings.push(ours.worstMs);
}
console.log(`\nmedians of ${rounds} rounds`);
report(`a tag on ${victims} keys invalidated`, `${median(tagMs).toFixed(2)} ms`, 'goal: < 1 ms');
report('  a bare UNLINK of as many keys', `${median(bareTagMs).toFixed(2)} ms`, '');
report(`${victims} of ${keys} keys by pattern, beside a bare loop`, median(ratios).toFixed(2), 'goal: ≤ 1.2');
report("another client's longest wait meanwhile", `${median(pings).toFixed(1)} ms`, 'goal: < 20 ms');
bystander.kill();
await Promise.all([close(), raw.quit()]);
await redis.stop();
