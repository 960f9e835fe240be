import { NestFactory } from '@nestjs/core';
import { CacheService } from '../../../src/cache/cache.service.js';
import { RedisSuiteError } from '../../../src/common/errors.js';
import { SuiteEvents } from '../../../src/common/events.js';
import type { RedisConnection } from '../../../src/connection/connection-form.js';
import { LockService } from '../../../src/lock/lock.service.js';
import { RateLimitService } from '../../../src/rate-limit/rate-limit.service.js';
import { RedisModule } from '../../../src/redis.module.js';
import { Busy, CALL_LIMIT_MS, LOCK_WAIT_MS, type Backend, type BackendSetup } from './backend.js';

const POLICY = { name: 'chaos', limit: 1_000_000, window: '1m' } as const;
const LOCK_REFUSALS = new Set(['E_LOCK_TIMEOUT', 'E_LOCK_BUSY', 'E_LOCK_LOST', 'E_REDIS_UNAVAILABLE']);

/** Uses this library as an application does. */
export async function suiteBackend({ connection, namespace, database }: BackendSetup): Promise<Backend> {
  const module = RedisModule.forRoot({
    connection: connection as unknown as RedisConnection,
    connectionDefaults: { commandTimeout: CALL_LIMIT_MS, connectTimeout: 500 },
    namespace,
  });
  const app = await NestFactory.createApplicationContext(module, { logger: false });
  const [cache, locks, limits] = [app.get(CacheService), app.get(LockService), app.get(RateLimitService)];
  let longestMs = 0;
  app
    .get(SuiteEvents)
    .on('connection:command', ({ durationMs }) => (longestMs = Math.max(longestMs, durationMs)));
  return {
    read: (id) => cache.getOrSet(['item', id], () => database.read(id), { ttl: '10m' }),
    async write(id) {
      await database.write(id);
      // What could not be sent is said to a direct caller, as here; methods under @InvalidateCache go on.
      await cache.delete(['item', id]).catch(only('E_CACHE_UNAVAILABLE'));
    },
    work: (resource) =>
      locks
        .withLock(resource, ({ fence }) => database.visit(resource, fence), { ttl: '2s', wait: LOCK_WAIT_MS })
        .catch((error: unknown) => {
          const isRefusal = error instanceof RedisSuiteError && LOCK_REFUSALS.has(error.code);
          throw isRefusal ? new Busy(error.code) : error;
        }),
    async count(subject) {
      await limits.consume(POLICY, subject);
    },
    async probe() {
      const key = ['probe', String(Math.random())];
      await cache.set(key, 1);
      if ((await cache.get(key)) !== 1) throw new Error('The cache does not keep.');
      if ((await limits.consume(POLICY, 'probe')).degraded)
        throw new Error('The limits are counted here only.');
      // A server that has just come up grants nothing that a holder may have been left over of: that is an answer, too.
      await (await locks.tryAcquire(`probe:${String(Math.random())}`))?.release();
    },
    longestCallMs: () => longestMs,
  };
}

function only(code: string): (error: unknown) => void {
  return (error) => {
    if (!(error instanceof RedisSuiteError && error.code === code)) throw error;
  };
}
