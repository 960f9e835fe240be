import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { type CacheService } from '../../src/cache/cache.service.js';
import { RedisSuiteError } from '../../src/common/errors.js';
import { InvalidKeyError } from '../../src/common/keys/key.errors.js';
import type { RateLimitAlgorithm } from '../../src/rate-limit/policies/rate-limit-policy.options.js';
import { startRedis } from '../../src/testing/start-redis.js';
import type { TestRedis } from '../../src/testing/test-redis.js';
import { openCache, type OpenCache } from '../support/cache.js';
import { openGateway, type OpenGateway } from '../support/gateway.js';
import { openLocks, type OpenLocks } from '../support/locks.js';
import { limitsOver, PATIENT, withChosenTime } from '../support/rate-limits.js';
import { ScriptedServer } from '../support/scripted-server.js';
import { until } from '../support/until.js';

const HOUR_US = 3_600_000_000;
const NOW_US = 1_800_000_000_000_000;
const PROMPTLY_MS = 5_000;

/** Fails what does not end by itself. */
async function promptly<T>(work: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('It hangs.')), PROMPTLY_MS);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}

/** Answers what work resolves with, or the error it rejects with, which must be one of this library's. */
async function outcome(work: Promise<unknown>): Promise<unknown> {
  try {
    return await promptly(work);
  } catch (error) {
    expect(error).toBeInstanceOf(RedisSuiteError);
    return error;
  }
}

describe('What stands under a key of the cache', () => {
  let server: TestRedis;
  let admin: Redis;
  let opened: OpenCache;
  let errors: string[];

  beforeAll(async () => {
    server = await startRedis();
    admin = new Redis(server.url);
    opened = await openCache(server.url, { options: { ttl: '1m' } });
    opened.events.on('cache:error', ({ operation }) => errors.push(operation));
  });
  afterAll(async () => {
    admin?.disconnect();
    await opened?.close();
    await server?.stop();
  });

  /** Puts a value there as the cache does, and answers what it looks like. */
  async function stored(cache: CacheService, name: string): Promise<Buffer> {
    await cache.set(name, { text: 'x'.repeat(500), at: new Date(0) });
    return (await admin.getBuffer(opened.redisKey(name)))!;
  }

  const CASES: [string, (key: string, good: Buffer) => Promise<unknown>][] = [
    ['is of another type', (key) => admin.del(key).then(() => admin.lpush(key, 'a', 'b'))],
    ['is a text of somebody else', (key) => admin.set(key, 'hello')],
    ['is JSON that ends too early', (key) => admin.set(key, '{"value":1')],
    ['is empty', (key) => admin.set(key, '')],
    ['is truncated', (key, good) => admin.set(key, good.subarray(0, good.length / 2))],
    ['is truncated within its head', (key, good) => admin.set(key, good.subarray(0, 3))],
    ['has more behind it', (key, good) => admin.set(key, Buffer.concat([good, Buffer.from('}}}')]))],
    [
      'is random bytes',
      (key) => admin.set(key, Buffer.from(Array.from({ length: 300 }, (_, i) => (i * 89) % 256))),
    ],
    ['is of 16 MB', (key, good) => admin.set(key, Buffer.concat([good, Buffer.alloc(16_000_000, 1)]))],
  ];

  it.each(CASES)('%s: a miss that is counted, and the loader runs', async (name, spoil) => {
    const { cache } = opened;
    errors = [];
    await spoil(opened.redisKey(name), await stored(cache, name));
    // The first tier must not answer in its place.
    const other = await openCache(server.url, { namespace: opened.redisKey('').split(':')[0]! });
    expect(await promptly(other.cache.get(name))).toBeUndefined();
    const { misses, unreadable, errors: failures } = other.cache.stats();
    expect({ misses, told: unreadable + failures }).toEqual({ misses: 1, told: expect.any(Number) });
    expect(unreadable + failures).toBeGreaterThan(0);
    expect(await promptly(other.cache.getOrSet(name, () => 'loaded'))).toBe('loaded');
    await other.close();
  });

  it('is a tag record of another type: the loader runs', async () => {
    const { cache } = opened;
    await cache.getOrSet('tagged', () => 1, { tags: ['spoilt'] });
    const records = await admin.keys(`${opened.redisKey('')}*spoilt*`);
    expect(records.length).toBeGreaterThan(0);
    for (const record of records) await admin.del(record).then(() => admin.lpush(record, 'x'));
    expect(await promptly(cache.getOrSet('tagged', () => 2, { tags: ['spoilt'] }))).toBe(2);
  });

  it('is larger than the server takes: set ends, an error is counted, and the next call works', async () => {
    const { cache, gateway } = opened;
    errors = [];
    await admin.config('SET', 'proto-max-bulk-len', '1mb');
    await promptly(cache.set('large', 'x'.repeat(3_000_000)));
    expect(errors.length).toBeGreaterThan(0);
    await admin.config('SET', 'proto-max-bulk-len', '512mb');
    await until(() => gateway.availability.state === 'ready');
    await until(async () => (await cache.getOrSet(`after-${randomUUID()}`, () => 'works')) === 'works');
  });
});

describe('What stands under a key of a limit', () => {
  const namespace = randomUUID();
  const policy = { name: 'p', limit: 3, window: '1h' } as const;
  let server: TestRedis;
  let admin: Redis;
  let opened: OpenGateway;

  beforeAll(async () => {
    server = await startRedis();
    admin = new Redis(server.url);
    opened = await openGateway(server.url);
  });
  afterAll(async () => {
    admin?.disconnect();
    await opened?.close();
    await server?.stop();
  });

  it.each<[string, (key: string) => Promise<unknown>]>([
    ['is of another type', (key) => admin.del(key).then(() => admin.lpush(key, 'x'))],
    ['is a text of somebody else', (key) => admin.set(key, 'hello')],
    ['is empty', (key) => admin.set(key, '')],
  ])('%s: there is a decision all the same', async (_, spoil) => {
    const subject = randomUUID();
    const limits = limitsOver(opened.gateway, { namespace, ...PATIENT });
    const before = new Set(await admin.keys(`${namespace}:ratelimit:*`));
    await limits.consume(policy, subject);
    const made = (await admin.keys(`${namespace}:ratelimit:*`)).filter((key) => !before.has(key));
    for (const key of made) await spoil(key);
    const decision = await outcome(limits.consume(policy, subject));
    expect(decision).toMatchObject({ allowed: true, limit: 3 });
  });

  it.each<[string, number, RateLimitAlgorithm]>(
    (['sliding-window', 'fixed-window', 'sliding-log', 'token-bucket', 'gcra'] as const).flatMap(
      (algorithm) => [
        ['back an hour', -HOUR_US, algorithm] as [string, number, RateLimitAlgorithm],
        ['ahead ten years', 87_600 * HOUR_US, algorithm] as [string, number, RateLimitAlgorithm],
      ],
    ),
  )(
    'was written before the clock of the server jumped %s (%d, %s): no subject is shut out for long',
    async (_, jumpUs, algorithm) => {
      const { gateway, setTime } = withChosenTime(opened.gateway);
      const limits = limitsOver(gateway, { namespace, ...PATIENT });
      const subject = randomUUID();
      await setTime(NOW_US);
      for (let call = 0; call < 4; call++) await limits.consume({ ...policy, algorithm }, subject);
      await setTime(NOW_US + jumpUs);
      const decision = await promptly(limits.consume({ ...policy, algorithm }, subject));
      expect(decision.retryAfterMs).toBeLessThanOrEqual(2 * 3_600_000);
      expect(decision.remaining).toBeGreaterThanOrEqual(0);
      expect(decision.remaining).toBeLessThanOrEqual(3);
    },
  );
});

describe('What stands under a key of a lock', () => {
  let server: TestRedis;
  let admin: Redis;
  let opened: OpenLocks;

  beforeAll(async () => {
    server = await startRedis();
    admin = new Redis(server.url);
    opened = await openLocks(server.url, { namespace: randomUUID() });
  });
  afterAll(async () => {
    admin?.disconnect();
    await opened?.close();
    await server?.stop();
  });

  it.each<[string, 'lease' | 'fence' | 'queue', (key: string) => Promise<unknown>]>([
    ['lease is of another type', 'lease', (key) => admin.lpush(key, 'x')],
    ['lease is a text of somebody else', 'lease', (key) => admin.set(key, 'hello', 'PX', 60_000)],
    ['fence is of another type', 'fence', (key) => admin.lpush(key, 'x')],
    ['fence is a text of somebody else', 'fence', (key) => admin.set(key, 'hello')],
    ['queue is of another type', 'queue', (key) => admin.set(key, 'x')],
    ['queue holds a text of somebody else', 'queue', (key) => admin.rpush(key, 'hello')],
  ])('%s: nobody gets two locks, and everybody an answer', async (name, part, spoil) => {
    await spoil(opened.keysOf(name)[part]);
    const first = (await outcome(opened.locks.acquire(name, { wait: 100 }))) as {
      release?: () => Promise<boolean>;
    };
    if (first instanceof RedisSuiteError) return;
    expect(Object(await outcome(opened.locks.tryAcquire(name)))).not.toHaveProperty('fence');
    await outcome(first.release!());
  });
});

describe('What is no name of a lock', () => {
  let server: ScriptedServer;
  let opened: OpenLocks;
  beforeAll(async () => {
    server = await ScriptedServer.start();
    opened = await openLocks(server.url, { namespace: randomUUID() });
  });
  afterAll(async () => {
    await opened?.close();
    await server?.stop();
  });

  it.each([[''], [null], [5], [{}], [[]], [['']], [[null]], [[5]]])('%j is refused as one', async (bad) => {
    const { locks } = opened;
    const resource = bad as string;
    await expect(locks.acquire(resource)).rejects.toThrow(InvalidKeyError);
    await expect(locks.tryAcquire(resource)).rejects.toThrow(InvalidKeyError);
    await expect(locks.withLock(resource, () => 1)).rejects.toThrow(InvalidKeyError);
  });
});

describe('A server that answers', () => {
  let server: ScriptedServer;
  beforeAll(async () => (server = await ScriptedServer.start()));
  afterAll(() => server?.stop());

  it.each([
    "-READONLY You can't write against a read only replica.",
    '-OOM command not allowed',
    '-MISCONF Errors writing to disk.',
    '-NOPERM no permissions',
    '-LOADING Redis is loading the dataset in memory',
    '-BUSY Redis is busy running a script.',
    '-MASTERDOWN Link with MASTER is down',
    '-NOREPLICAS Not enough good replicas to write.',
    '-ERR max number of clients reached',
    '-UNKILLABLE Sorry',
    '+OK',
    '*0',
    '$3\r\nabc',
    '$-1',
    ':1',
    '*3\r\n:1\r\n$1\r\nx\r\n:1',
    '*3\r\n:-9\r\n:1\r\n:1',
  ])('%j to everything disturbs no method, decides every call, and gives out no lock', async (reply) => {
    const connection = { commandTimeout: 300 };
    const cache = await openCache(server.url, { connection });
    const limits = limitsOver(cache.gateway);
    const locks = await openLocks(server.url, { namespace: randomUUID(), commandTimeout: 300 });
    const greeting = new Set(['HELLO', 'CLIENT', 'INFO', 'SUBSCRIBE', 'QUIT']);
    server.script = (name) => (greeting.has(name) ? undefined : `${reply}\r\n`);
    expect(await promptly(cache.cache.getOrSet('key', () => 'loaded'))).toBe('loaded');
    await promptly(cache.cache.set('key', 1));
    expect(await promptly(limits.consume({ name: 'p', limit: 3, window: '1h' }, 's'))).toHaveProperty(
      'allowed',
    );
    for (const acquire of [
      () => locks.locks.acquire('thing', { wait: 100 }),
      () => locks.locks.tryAcquire(['thing', 'other']),
      () => locks.locks.semaphore('things', 2).acquire({ wait: 100 }),
    ])
      expect(await outcome(acquire())).toBeInstanceOf(RedisSuiteError);
    server.heal();
    await Promise.all([cache.close(), locks.close()]);
  });

  it.each(['+OK', ':1', '$-1', '*0', '*1\r\n:7', '*1\r\n$1\r\nx'])(
    '%j to renewals neither prolongs a lock nor takes it away',
    async (reply) => {
      const { locks, events, close } = await openLocks(server.url, { namespace: randomUUID() });
      const failures: string[] = [];
      events.on('lock:renewal-failed', ({ error }) => failures.push(error.name));
      server.script = (name) => (name.startsWith('EVAL') ? '*3\r\n:5\r\n:300\r\n:0\r\n' : undefined);
      const lock = await locks.acquire('renewed', { ttl: 300 });
      server.script = (name) => (name.startsWith('EVAL') ? `${reply}\r\n` : undefined);
      await until(() => lock.signal.aborted);
      expect(lock.signal.reason).toMatchObject({ reason: 'expired' });
      expect(new Set(failures)).toEqual(new Set(['RedisUnavailableError']));
      await expect(lock.extend()).rejects.toMatchObject({ reason: 'expired' });
      await close();
      server.heal();
    },
  );
});
