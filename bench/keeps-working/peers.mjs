/**
 * Serves the shops of test/chaos with other libraries, as far as they are installed (npm install --prefix bench): each
 * makes what `test/chaos/backends/backend.ts` says, from a URL. See test/chaos/README.md.
 */
import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';

const [ITEM_TTL_MS, LOCK_TTL_MS, LOCK_WAIT_MS, WINDOW_S] = [600_000, 2_000, 500, 60];
const NO_LIMIT = 1_000_000;

/** Is an answer and no fault. */
class Busy extends Error {
  status = 503;
}

/** Puts a shop together: a cache, a counter of calls, and a lock around work. */
function shop({ database, namespace }, { cache, count, lock }) {
  return {
    read: async (id) => Number(await cache.getOrSet(`${namespace}:item:${id}`, () => database.read(id))),
    async write(id) {
      await database.write(id);
      await cache.remove(`${namespace}:item:${id}`);
    },
    work: (resource) => lock(`${namespace}:lock:${resource}`, () => database.visit(resource)),
    count,
    async probe() {
      const key = `${namespace}:probe:${randomUUID()}`;
      await cache.getOrSet(key, () => Promise.resolve(1));
      await cache.remove(key);
      await count('probe');
    },
    longestCallMs: () => null,
  };
}

function connect(url) {
  return new Redis(url).on('error', () => undefined);
}

async function redlock(url) {
  const { default: module } = await import('redlock');
  const Redlock = module.default ?? module;
  const options = { retryCount: Math.floor(LOCK_WAIT_MS / 100), retryDelay: 100, retryJitter: 50 };
  const locks = new Redlock([connect(url)], options).on('error', () => undefined);
  return async (key, work) => {
    const held = await locks.acquire([key], LOCK_TTL_MS).catch(() => {
      throw new Busy('busy');
    });
    try {
      await work();
    } finally {
      await held.release().catch(() => undefined);
    }
  };
}

/** Are what a Nest application commonly has: cache-manager on Keyv, the throttler's storage, redlock. */
export async function nestBackend(setup) {
  const { createCache } = await import('cache-manager');
  const { createKeyv } = await import('@keyv/redis');
  const { ThrottlerStorageRedisService } = await import('@nest-lab/throttler-storage-redis');
  const { url } = setup.connection;
  const store = createKeyv(url);
  store.on('error', () => undefined);
  const manager = createCache({ stores: [store], ttl: ITEM_TTL_MS });
  const storage = new ThrottlerStorageRedisService(connect(url));
  return shop(setup, {
    cache: { getOrSet: (key, load) => manager.wrap(key, load), remove: (key) => manager.del(key) },
    count: (subject) =>
      storage.increment(`${setup.namespace}:${subject}`, WINDOW_S * 1_000, NO_LIMIT, 0, 'chaos'),
    lock: await redlock(url),
  });
}

/** Are bentocache with two tiers and a bus, rate-limiter-flexible, and verrou. */
export async function bentoBackend(setup) {
  const { BentoCache, bentostore } = await import('bentocache');
  const { memoryDriver } = await import('bentocache/drivers/memory');
  const { redisBusDriver, redisDriver } = await import('bentocache/drivers/redis');
  const { RateLimiterRedis } = await import('rate-limiter-flexible');
  const { LockFactory } = await import('@verrou/core');
  const { redisStore } = await import('@verrou/core/drivers/redis');
  const { url } = setup.connection;
  const { hostname: host, port, password } = new URL(url);
  const connection = { host, port: Number(port), password };
  const store = bentostore()
    .useL1Layer(memoryDriver())
    .useL2Layer(redisDriver({ connection }))
    .useBus(redisBusDriver({ connection }));
  const bento = new BentoCache({ default: 'two', stores: { two: store } });
  const limiter = new RateLimiterRedis({
    storeClient: connect(url),
    keyPrefix: setup.namespace,
    ...{ points: NO_LIMIT, duration: WINDOW_S },
  });
  const locks = new LockFactory(redisStore({ connection: connect(url) }).factory(), { retry: { delay: 50 } });
  const lock = async (key, work) => {
    const mine = locks.createLock(key, LOCK_TTL_MS);
    const isMine = await mine.acquire({ retry: { timeout: LOCK_WAIT_MS } }).catch(() => false);
    if (!isMine) throw new Busy('busy');
    try {
      await work();
    } finally {
      await mine.release().catch(() => undefined);
    }
  };
  const cache = {
    getOrSet: (key, factory) => bento.getOrSet({ key, factory, ttl: ITEM_TTL_MS }),
    remove: (key) => bento.delete({ key }),
  };
  return shop(setup, { cache, count: (subject) => limiter.consume(subject), lock });
}
