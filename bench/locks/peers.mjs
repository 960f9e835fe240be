// The locks that ours are compared with, behind one face: `make(url)` answers `{ acquire(resource, ttlMs) → release, close }`.
// One that is not installed takes no part: `npm install --prefix bench --no-package-lock`.
import { randomBytes } from 'node:crypto';
import { Redis } from 'ioredis';
import { openLocks } from '../../test/support/locks.ts';

const COMPARE_AND_DELETE = `if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0`;
const FOREVER = 600_000;
/** Is how often the peers look, in milliseconds: far more often than by default, which is how they do best here. */
const POLL_MS = 10;

/** Is the least that a lock could do: it is atomic, and that is all. It does not wait. */
async function raw(url) {
  const client = new Redis(url);
  client.defineCommand('compareAndDelete', { lua: COMPARE_AND_DELETE, numberOfKeys: 1 });
  return {
    acquire: async (resource, ttlMs) => {
      const token = randomBytes(16).toString('base64url');
      if ((await client.set(resource, token, 'PX', ttlMs, 'NX')) === null) throw new Error('busy');
      return () => client.compareAndDelete(resource, token);
    },
    close: () => client.disconnect(),
  };
}

/** Is this library: with a fence, a queue, and renewal. */
async function ours(url, namespace) {
  const { locks, close } = await openLocks(url, { namespace });
  return {
    acquire: async (resource, ttlMs) => {
      const lock = await locks.acquire(resource, { ttl: ttlMs, wait: FOREVER });
      return () => lock.release();
    },
    acquireLock: (resource, ttlMs) => locks.acquire(resource, { ttl: ttlMs, wait: FOREVER }),
    close,
  };
}

async function redlock5(url) {
  const { default: module } = await import('redlock');
  const client = new Redis(url);
  const redlock = new (module.default ?? module)([client], {
    retryCount: -1,
    retryDelay: POLL_MS,
    retryJitter: POLL_MS / 2,
  });
  redlock.on('error', () => undefined);
  return {
    acquire: async (resource, ttlMs) => {
      const lock = await redlock.acquire([resource], ttlMs);
      return () => lock.release();
    },
    close: () => client.disconnect(),
  };
}

async function redisSemaphore(url) {
  const { Mutex } = await import('redis-semaphore');
  const client = new Redis(url);
  return {
    acquire: async (resource, ttlMs) => {
      const options = { lockTimeout: ttlMs, acquireTimeout: FOREVER, retryInterval: POLL_MS };
      const mutex = new Mutex(client, resource, options);
      await mutex.acquire();
      return () => mutex.release();
    },
    close: () => client.disconnect(),
  };
}

async function verrou(url) {
  const { LockFactory } = await import('@verrou/core');
  const { redisStore } = await import('@verrou/core/drivers/redis');
  const client = new Redis(url);
  const factory = new LockFactory(redisStore({ connection: client }).factory(), {
    retry: { attempts: Infinity, delay: POLL_MS },
  });
  return {
    acquire: async (resource, ttlMs) => {
      const lock = factory.createLock(resource, ttlMs);
      await lock.acquire({ retry: { timeout: FOREVER } });
      return () => lock.release();
    },
    close: () => client.disconnect(),
  };
}

const PEERS = {
  'redlock 5 beta (no fence)': redlock5,
  'redis-semaphore (no fence)': redisSemaphore,
  '@verrou/core (no fence, no renewal)': verrou,
};

/** Is everybody who can take part, by name. */
export const MAKERS = { raw, ours, ...PEERS };

/** Makes whoever is asked for and installed. */
export async function makeLocks(names, url, namespace) {
  const made = {};
  for (const name of names) {
    try {
      made[name] = await MAKERS[name](url, namespace);
    } catch (error) {
      if (error.code !== 'ERR_MODULE_NOT_FOUND') throw error;
    }
  }
  return made;
}
