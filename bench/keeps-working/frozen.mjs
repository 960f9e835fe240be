/**
 * Measures how long requests for what is not cached take while the server is frozen: in the first second, and once the
 * breaker is open. Run: node --import ./test/support/typescript.mjs bench/keeps-working/frozen.mjs [rounds = 5]
 */
import 'reflect-metadata';
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { NestFactory } from '@nestjs/core';
import { Redis } from 'ioredis';

// What is TypeScript can be loaded only when the hooks stand, and imports of a module come before them.
const { CacheService } = await import('../../src/cache/cache.service.ts');
const { getGatewayToken } = await import('../../src/connection/connection.tokens.ts');
const { RedisModule } = await import('../../src/redis.module.ts');
const { startRedis } = await import('../../src/testing/start-redis.ts');

const LOADER_MS = 20;
const CALLERS = 20;
const WINDOW_MS = 1_000;
const rounds = Number(process.argv[2] ?? 5);

const load = () => pause(LOADER_MS, 'loaded');

/** Asks for keys nobody has cached, from many callers, for a time. @returns how long each call took beyond its loader. */
async function ask(read, windowMs) {
  const beyond = [];
  const untilMs = performance.now() + windowMs;
  const caller = async () => {
    while (performance.now() < untilMs) {
      const startedAt = performance.now();
      let loaderMs = 0;
      await read(randomUUID(), async () => {
        const loadingAt = performance.now();
        const value = await load();
        loaderMs = performance.now() - loadingAt;
        return value;
      }).catch(() => undefined);
      beyond.push(performance.now() - startedAt - loaderMs);
    }
  };
  await Promise.all(Array.from({ length: CALLERS }, caller));
  return beyond.sort((a, b) => a - b);
}

const percentile = (sorted, share) =>
  sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;
const median = (values) =>
  percentile(
    [...values].sort((a, b) => a - b),
    0.5,
  );

async function measureSuite() {
  const server = await startRedis();
  const module = RedisModule.forRoot({ connection: server.url, namespace: randomUUID() });
  const app = await NestFactory.createApplicationContext(module, { logger: false });
  const cache = app.get(CacheService);
  const { availability } = app.get(getGatewayToken('cache'));
  const read = (key, loader) => cache.getOrSet(key, loader);
  await ask(read, 300);
  await server.freeze();
  const first = await ask(read, WINDOW_MS);
  while (availability.state !== 'down') await ask(read, 100);
  const open = await ask(read, WINDOW_MS);
  await server.resume();
  await app.close();
  await server.stop();
  return { first, open };
}

/** Is cache-aside over ioredis with the one option that keeps it from waiting for ever. */
async function measureRaw() {
  const server = await startRedis();
  const redis = new Redis(server.url, { commandTimeout: 1_000 });
  redis.on('error', () => undefined);
  const read = async (key, loader) => {
    const cached = await redis.get(key).catch(() => null);
    if (cached !== null) return cached;
    const value = await loader();
    await redis.set(key, value, 'EX', 60).catch(() => null);
    return value;
  };
  await ask(read, 300);
  await server.freeze();
  const first = await ask(read, WINDOW_MS);
  const open = await ask(read, WINDOW_MS);
  redis.disconnect();
  await server.stop();
  return { first, open };
}

const figures = { suite: [], 'ioredis, commandTimeout 1 s': [] };
for (let round = 0; round < rounds; round++) {
  figures.suite.push(await measureSuite());
  figures['ioredis, commandTimeout 1 s'].push(await measureRaw());
}
const ms = (all, phase, share) => `${median(all.map((one) => percentile(one[phase], share))).toFixed(1)} ms`;
console.log(`beyond the loader's own ${LOADER_MS} ms, median of ${rounds} rounds, ${CALLERS} callers`);
console.table(
  Object.entries(figures).map(([who, all]) => ({
    who,
    'first second p50': ms(all, 'first', 0.5),
    'first second p99': ms(all, 'first', 0.99),
    'afterwards p50': ms(all, 'open', 0.5),
    'afterwards p99': ms(all, 'open', 0.99),
  })),
);
