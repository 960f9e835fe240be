// How long calls take while the server is frozen (SIGSTOP): beyond the loader's own time, in the first second and later.
//   node --import ./test/support/typescript.mjs bench/cache/frozen.mjs [rounds = 5]
import { Redis } from 'ioredis';
import { startRedis } from '../../src/testing/start-redis.ts';
import { openCache } from '../../test/support/cache.ts';
import { until } from '../../test/support/until.ts';
import { median, quantile, report } from '../turns.mjs';

const rounds = Number(process.argv[2] ?? 5);
const LOAD_MS = 20;
const pause = (ms) => new Promise((resolve) => setTimeout(resolve, ms));

const redis = await startRedis({ kind: 'native' });
const figures = { cold: [], open: [], hot: [], raw: [] };
for (let round = 0; round < rounds; round++) {
  const { cache, gateway, close } = await openCache(redis.url);
  const raw = new Redis(redis.url, { commandTimeout: 1_000, maxRetriesPerRequest: 1 });
  raw.on('error', () => undefined);
  const timed = async (work) => {
    const startedAt = performance.now();
    await work();
    return performance.now() - startedAt;
  };
  const cold = async (id) => {
    let loadedMs = 0;
    const load = async () => {
      const startedAt = performance.now();
      await pause(LOAD_MS);
      loadedMs = performance.now() - startedAt;
      return 1;
    };
    return (await timed(() => cache.getOrSet(`cold:${round}:${id}`, load))) - loadedMs;
  };
  const hot = [];
  const askHot = async () => hot.push(await timed(() => cache.getOrSet('hot', () => 2)));
  await cache.set('hot', 1, { ttl: '1h', staleIfError: '1h' });
  await until(async () => (await cache.get('hot')) === 1 && cache.stats().l1Hits > 0);
  await raw.ping();
  for (let id = 0; id < 50; id++) await Promise.all([cold(`warm-up:${id}`), askHot()]);
  hot.length = 0;

  await redis.freeze();
  const frozenAt = performance.now();
  const rawMs = timed(() => raw.get('cold').catch(() => undefined));
  const inFirstSecond = [];
  while (performance.now() - frozenAt < 1_000 && gateway.availability.state !== 'down') {
    await askHot();
    inFirstSecond.push(cold(inFirstSecond.length));
    await pause(10);
  }
  figures.cold.push(quantile(await Promise.all(inFirstSecond), 0.99));
  figures.raw.push(await rawMs);
  await until(() => gateway.availability.state === 'down');
  const later = [];
  for (let id = 0; id < 50; id++) later.push(await cold(`later:${id}`));
  figures.open.push(quantile(later, 0.99));
  for (let id = 0; id < 200; id++) await askHot();
  figures.hot.push(quantile(hot, 0.99));
  await redis.resume();
  await Promise.all([close(), raw.quit()]);
}
console.log(`\nbeyond a loader of ${LOAD_MS} ms, p99, medians of ${rounds} rounds`);
report('cold key, first second', `${median(figures.cold).toFixed(1)} ms`, 'goal: ≤ 50 ms');
report('cold key, breaker open', `${median(figures.open).toFixed(2)} ms`, 'goal: ≤ 1 ms');
report('hot key, all the while', `${median(figures.hot).toFixed(3)} ms`, 'goal: ≤ 1 ms');
report('raw ioredis GET with commandTimeout 1 s', `${median(figures.raw).toFixed(0)} ms`, '');
await redis.stop();
process.exit();
