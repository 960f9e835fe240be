/**
 * Uses everything for a time, or loses its connections again and again, and looks at what is left behind:
 * `node --expose-gc --import ./test/support/typescript.mjs test/chaos/soak.ts [seconds = 600] [reconnects = 1000]`.
 *
 * Ends with 1 when the heap after collection grew by more than a tenth, or a listener, timer or connection is left over.
 */
import 'reflect-metadata';
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { NestFactory } from '@nestjs/core';
import { CacheService } from '../../src/cache/cache.service.js';
import { getGatewayToken } from '../../src/connection/connection.tokens.js';
import type { IoredisGateway } from '../../src/connection/ioredis-gateway.js';
import { LockService } from '../../src/lock/lock.service.js';
import { RateLimitService } from '../../src/rate-limit/rate-limit.service.js';
import { RedisModule } from '../../src/redis.module.js';
import { startRedis } from '../../src/testing/start-redis.js';
import { startTcpProxy } from '../../src/testing/tcp-proxy.js';
import { until } from '../support/until.js';

const [, , seconds = '600', reconnects = '1000'] = process.argv;
const ALLOWED_GROWTH = 1.1;
const CALLERS = 8;

const server = await startRedis();
const proxy = await startTcpProxy({ target: server.url });
const connectionDefaults = { reconnect: { minDelay: 1, maxDelay: 5 } };
const module = RedisModule.forRoot({ connection: proxy.url, connectionDefaults, namespace: randomUUID() });
const app = await NestFactory.createApplicationContext(module, { logger: false });
const [cache, locks, limits] = [app.get(CacheService), app.get(LockService), app.get(RateLimitService)];
const gateway = app.get<IoredisGateway>(getGatewayToken('state'));
const problems: string[] = [];

/** Uses every wing once, with keys out of a set that does not grow. */
async function use(turn: number): Promise<void> {
  const id = turn % 500;
  await cache.getOrSet(['item', id], () => ({ id, text: 'x'.repeat(200) }), {
    ttl: '5s',
    tags: [`t${id % 20}`],
  });
  if (turn % 10 === 0) await cache.invalidateTags(`t${(turn / 10) % 20}`);
  if (turn % 7 === 0) await cache.delete(['item', id]);
  await limits.consume({ name: 'soak', limit: 1_000_000, window: '1m' }, String(id));
  await locks.withLock(`thing:${id % 50}`, () => Promise.resolve(), { ttl: '2s' });
}

async function useFor(ms: number): Promise<number> {
  const untilMs = performance.now() + ms;
  let turns = 0;
  const caller = async () => {
    while (performance.now() < untilMs) await use(turns++).catch(() => pause(10));
  };
  await Promise.all(Array.from({ length: CALLERS }, caller));
  return turns;
}

function heapMb(): number {
  if (global.gc === undefined) throw new Error('Run it with --expose-gc.');
  for (let i = 0; i < 5; i++) global.gc();
  return process.memoryUsage().heapUsed / 1_048_576;
}

/** Counts what the process keeps alive, by kind. */
function resources(): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const kind of process.getActiveResourcesInfo()) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
}

const listeners = () =>
  gateway.client.eventNames().reduce((sum, name) => sum + gateway.client.listenerCount(name), 0);

async function soak(ms: number): Promise<void> {
  // The first tier and the memory of denials fill up first.
  await useFor(Math.min(20_000, ms / 3));
  const before = heapMb();
  const turns = await useFor(ms);
  const after = heapMb();
  console.log(
    `soak: ${turns} turns in ${ms / 1_000} s, heap ${before.toFixed(1)} MB -> ${after.toFixed(1)} MB`,
  );
  if (after > before * ALLOWED_GROWTH)
    problems.push(`the heap grew by ${((after / before - 1) * 100).toFixed(0)} %`);
}

async function losing(count: number): Promise<void> {
  await use(0);
  const [before, heap] = [resources(), heapMb()];
  const bound = { listeners: listeners(), connections: proxy.connections };
  for (let i = 0; i < count; i++) {
    proxy.drop();
    await until(() => use(1).then(() => true, () => false)); // prettier-ignore
  }
  await until(() => proxy.connections <= bound.connections);
  await pause(500);
  const [after, heapAfter] = [resources(), heapMb()];
  console.log(`reconnects: ${count}, heap ${heap.toFixed(1)} MB -> ${heapAfter.toFixed(1)} MB`, {
    before,
    after,
  });
  if (listeners() > bound.listeners)
    problems.push(`${listeners() - bound.listeners} listeners are left over`);
  for (const kind of ['Timeout', 'TCPSocketWrap']) {
    const extra = (after[kind] ?? 0) - (before[kind] ?? 0);
    if (extra > 3) problems.push(`${extra} of ${kind} are left over`);
  }
}

if (Number(seconds) > 0) await soak(Number(seconds) * 1_000);
if (Number(reconnects) > 0) await losing(Number(reconnects));
await app.close();
await proxy.stop();
await server.stop();
for (const problem of problems) console.error(problem);
console.log(`tests: ${2 - problems.length} passed, ${problems.length} failed`);
process.exit(problems.length === 0 ? 0 : 1);
