import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { RedisHealthIndicator } from '../../../src/health/redis-health.indicator.js';
import { RedisMonitor } from '../../../src/monitoring/redis-monitor.js';
import { startRedis } from '../../../src/testing/start-redis.js';
import type { TestRedis } from '../../../src/testing/test-redis.js';
import { cacheContract } from '../../contract/cache.contract.js';
import { lockModesContract } from '../../contract/lock-modes.contract.js';
import { lockContract } from '../../contract/lock.contract.js';
import { rateLimitContract } from '../../contract/rate-limit.contract.js';
import { sharesContract } from '../../contract/shares.contract.js';
import { documentedRules } from '../../support/acl.js';
import { openCache } from '../../support/cache.js';
import { openCacheApp } from '../../support/cache-app.js';
import { openGateway } from '../../support/gateway.js';
import { openLocks } from '../../support/locks.js';
import { limitsOver, PATIENT } from '../../support/rate-limits.js';

const PASSWORD = randomUUID();
/** Is what every namespace of this file begins with, as the keys of `shop` do in the page. */
const NS = 'shop-';

let server: TestRedis;
let admin: Redis;
const urlOf = (user: string) => server.url.replace(/\/\/[^@]*@/, `//${user}:${PASSWORD}@`);

/** Takes the rules as they are written, for all namespaces that begin with `NS`. */
const rulesOf = (user: string) => {
  const words = documentedRules(user).map((word) => word.replace(/^>.*/, `>${PASSWORD}`));
  return words.map((word) => (/^[~&%]/.test(word) ? word.replace('shop:', `${NS}*`) : word));
};

beforeAll(async () => {
  server = await startRedis();
  admin = new Redis(server.url);
  for (const user of ['app', 'ops']) await admin.call('ACL', 'SETUSER', user, ...rulesOf(user));
  // What newer servers know, and this one may not.
  await admin.call('ACL', 'SETUSER', 'app', '+client|setinfo').catch(() => undefined);
  await admin.call('ACL', 'LOG', 'RESET');
  await admin.config('RESETSTAT');
});
afterAll(async () => {
  admin?.disconnect();
  await server?.stop();
});

// eslint-disable-next-line no-restricted-syntax -- It is to be refused.
const FLUSH = ['FLUSHALL'];

const namespace = () => NS + randomUUID();

/** Makes the library do all it does as the application's user; the suites below come before what is said of them. */
describe('The user app', () => {
  describe('as the cache', () =>
    cacheContract((options = {}) =>
      openCache(urlOf('app'), { ...options, namespace: NS + (options.namespace ?? randomUUID()) }),
    ));

  for (const contract of [lockContract, lockModesContract, sharesContract]) {
    contract('a server, as the user app', () => {
      const shared = namespace();
      return Promise.resolve({
        open: () => openLocks(urlOf('app'), { namespace: shared }),
        close: () => Promise.resolve(),
      });
    });
  }

  describe('as the limiter', () =>
    rateLimitContract(async () => {
      const [one, two] = await Promise.all([openGateway(urlOf('app')), openGateway(urlOf('app'))]);
      const shared = { namespace: namespace(), ...PATIENT };
      return {
        limits: limitsOver(one.gateway, shared),
        others: limitsOver(two.gateway, shared),
        close: async () => {
          await Promise.all([one.close(), two.close()]);
        },
      };
    }));

  it('serves a whole application', async () => {
    const app = await openCacheApp({ url: urlOf('app'), namespace: namespace() });
    const { connections } = await app.get(RedisMonitor).snapshot();
    expect(connections).toMatchObject({ redis: { serversProblem: null } });
    const { redis } = await app.get(RedisHealthIndicator).isHealthy('redis');
    expect(redis.state).toBe('up');
    await app.close();
  });

  it('was denied nothing', async () => {
    expect(await admin.call('ACL', 'LOG')).toEqual([]);
  });

  it('is allowed nothing that it did not need', async () => {
    const used = new Set(
      [...(await admin.info('commandstats')).matchAll(/^cmdstat_([^:]+):/gm)].map(([, name]) => name),
    );
    const allowed = documentedRules('app').filter((word) => word.startsWith('+'));
    expect(allowed.map((word) => word.slice(1)).filter((name) => !used.has(name))).toEqual([]);
  });

  it.each([
    ['KEYS', '*'],
    FLUSH,
    ['CONFIG', 'GET', 'requirepass'],
    ['ACL', 'LIST'],
    ['MONITOR'],
    ['SHUTDOWN'],
    ['GET', 'other:cache:1'],
    ['SET', 'other:cache:1', '1'],
    ['EVAL', "return redis.call('GET', KEYS[1])", '1', 'other:cache:1'],
    ['PUBLISH', 'other:lock', 'news'],
    ['SUBSCRIBE', 'other:lock'],
    ['MIGRATE', 'h', '1', `${NS}:1`, '0', '1'],
  ])('may not %s %s', async (...command) => {
    await expect(as('app', command)).rejects.toThrow(/NOPERM|permission/);
  });
});

describe('The user ops', () => {
  it.each([
    ['INFO'],
    ['DBSIZE'],
    ['SCAN', '0'],
    ['GET', `${NS}1:lock:lease`],
    ['MEMORY', 'USAGE', `${NS}1:lock:lease`],
    ['SLOWLOG', 'GET', '10'],
    ['LATENCY', 'LATEST'],
    ['CLIENT', 'LIST'],
    ['CONFIG', 'GET', 'maxmemory-policy'],
    ['ACL', 'LOG'],
  ])('may %s %s', async (...command) => {
    await as('ops', command);
  });

  it.each([
    ['SET', `${NS}1:cache:a`, '1'],
    ['UNLINK', `${NS}1:lock:lease`],
    ['EVAL', 'return 1', '0'],
    FLUSH,
    ['KEYS', '*'],
    ['CONFIG', 'SET', 'maxmemory', '1'],
    ['CLIENT', 'KILL', 'TYPE', 'normal'],
  ])('may not %s %s', async (...command) => {
    await expect(as('ops', command)).rejects.toThrow(/NOPERM|permission/);
  });

  it('may delete what is cached, as the page says for one namespace', async () => {
    const words = documentedRules('ops').map((word) => word.replace(/^>.*/, `>${PASSWORD}`));
    await admin.call('ACL', 'SETUSER', 'ops', 'reset', ...words);
    expect(await as('ops', ['UNLINK', 'shop:cache:user:1'])).toBe(0);
    await expect(as('ops', ['UNLINK', 'shop:lock:1'])).rejects.toThrow(/permission/);
    await expect(as('ops', ['GET', 'other:cache:1'])).rejects.toThrow(/permission/);
  });
});

async function as(user: string, [command = '', ...args]: readonly string[]): Promise<unknown> {
  const client = new Redis(urlOf(user), { retryStrategy: () => null });
  client.on('error', () => undefined);
  try {
    return await client.call(command, ...args);
  } finally {
    client.disconnect();
  }
}
