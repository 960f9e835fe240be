import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { Cluster, Redis } from 'ioredis';
import { Busy, LOCK_WAIT_MS, type Backend, type BackendSetup } from './backend.js';

const UNLOCK = "if redis.call('GET', KEYS[1]) == ARGV[1] then return redis.call('DEL', KEYS[1]) end return 0";

/** Uses ioredis as it comes, as its users write it: cache-aside, INCR and EXPIRE, SET NX. */
export function rawBackend({ connection, namespace, database }: BackendSetup): Promise<Backend> {
  const redis = connectRaw(connection);
  redis.on('error', () => undefined);
  const own = (...parts: string[]) => [namespace, ...parts].join(':');
  const backend: Backend = {
    async read(id) {
      const cached = await redis.get(own('item', id));
      if (cached !== null) return Number(cached);
      const version = await database.read(id);
      await redis.set(own('item', id), version, 'EX', 600);
      return version;
    },
    async write(id) {
      await database.write(id);
      await redis.del(own('item', id));
    },
    async work(resource) {
      const [key, token] = [own('lock', resource), randomUUID()];
      const untilMs = performance.now() + LOCK_WAIT_MS;
      while ((await redis.set(key, token, 'PX', 2_000, 'NX')) === null) {
        if (performance.now() > untilMs) throw new Busy('busy');
        await pause(20);
      }
      try {
        await database.visit(resource);
      } finally {
        await redis.eval(UNLOCK, 1, key, token);
      }
    },
    async count(subject) {
      const key = own('limit', subject);
      if ((await redis.incr(key)) === 1) await redis.expire(key, 60);
    },
    async probe() {
      await redis.set(own('probe'), 1);
    },
    longestCallMs: () => null,
  };
  return Promise.resolve(backend);
}

/** Connects with the defaults of ioredis. */
export function connectRaw({ cluster, ...connection }: BackendSetup['connection']): Redis | Cluster {
  const { url, password } = connection as { url?: string; password?: string };
  if (cluster !== undefined)
    return new Cluster(
      cluster.nodes.map(({ host, port = 6379 }) => ({ host, port })),
      { redisOptions: { password: password! } },
    );
  return url === undefined ? new Redis(connection) : new Redis(url);
}
