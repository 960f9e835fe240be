import { randomUUID } from 'node:crypto';
import { CacheService } from '../../src/cache/cache.service.js';
import { createEngine, type CacheEngine } from '../../src/cache/cache-engine.js';
import { CacheTrace } from '../../src/cache/stats/cache-trace.js';
import { resolveCacheOptions, type CacheModuleOptions } from '../../src/cache/cache.options.js';
import type { ServerConnection } from '../../src/connection/client-factory.js';
import type { ConnectionSettings } from '../../src/connection/connection.options.js';
import type { RedisGateway } from '../../src/connection/redis-gateway.js';
import { SYSTEM_CLOCK, type Clock } from '../../src/common/clock.js';
import { openGateway, type OpenGateway, type RestTarget } from './gateway.js';

export interface OpenCache extends OpenGateway {
  readonly cache: CacheService;
  readonly engine: CacheEngine;
  /** Is the Redis key that a cache key becomes. */
  readonly redisKey: (key: string) => string;
}

export interface OpenCacheOptions {
  readonly namespace?: string;
  readonly options?: CacheModuleOptions;
  readonly clock?: Clock;
  readonly connection?: ConnectionSettings;
  /** Stands between the cache and its gateway. */
  readonly between?: (gateway: RedisGateway) => RedisGateway;
}

/** Opens a cache as one process of an application has it; several with one namespace stand for several processes. */
export async function openCache(
  server: string | ServerConnection | RestTarget,
  {
    namespace = `t${randomUUID()}`,
    options = {},
    clock = SYSTEM_CLOCK,
    connection = {},
    between = (gateway) => gateway,
  }: OpenCacheOptions = {},
): Promise<OpenCache> {
  const opened = await openGateway(server, { name: 'cache', ...connection });
  const { gateway, events } = opened;
  const trace = new CacheTrace();
  const engine = createEngine({
    redis: between(gateway),
    clock,
    events,
    namespace,
    options: resolveCacheOptions(options),
    trace,
    warm: async function* () {},
  });
  const cache = new CacheService(engine);
  return { ...opened, engine, cache, redisKey: (key) => `${namespace}:cache:${key}` };
}
