import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import type { AddressInfo } from 'node:net';
import { after, before, test } from 'node:test';
import type { DynamicModule, INestApplication } from '@nestjs/common';
import {
  CacheService,
  InvalidOptionsError,
  LockBusyError,
  LockService,
  RateLimitExceededError,
  RateLimitService,
  RedisModule,
  type RedisConnection,
} from 'nestjs-redis-suite';
import { RawRedis } from './raw-redis.js';
import { packedScripts, recordScripts } from './scripts.js';
import { ShopModule } from './shop.module.js';
import { ShopService } from './shop.service.js';

export interface Setting {
  /** Starts the server; answers how to reach it and, unless it ends with the application, how to stop it. */
  server(): Promise<{ connection: RedisConnection; stop?(): Promise<void> }>;
  create(module: DynamicModule): Promise<INestApplication>;
}

/** Boots the shop with the library as it was installed, and uses everything of it. */
export function checkShop({ server, create }: Setting): void {
  const executed = recordScripts();
  let app: INestApplication | undefined;
  let stop: (() => Promise<void>) | undefined;
  let url: string;

  before(async () => {
    const started = await server();
    stop = started.stop;
    app = await create(ShopModule.on(started.connection));
    await app.listen(0, '127.0.0.1');
    const { port } = app.getHttpServer().address() as AddressInfo;
    url = `http://127.0.0.1:${port}`;
  });
  after(async () => {
    await app?.close();
    await stop?.();
  });

  const get = <T>(type: new (...args: never[]) => T): T => app!.get<T>(type);
  const send = async (method: string, path: string, body?: unknown, headers = {}) => {
    const response = await fetch(url + path, {
      method,
      headers: { ...headers, ...(body !== undefined && { 'content-type': 'application/json' }) },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return {
      status: response.status,
      headers: response.headers,
      body: text === '' ? null : JSON.parse(text),
    };
  };

  test('@Cached answers the second read, and @InvalidateCache makes the third a new one', async () => {
    const shop = get(ShopService);
    const first = await send('GET', '/items/1');
    const second = await send('GET', '/items/1');
    assert.deepEqual([first.headers.get('x-cache'), second.headers.get('x-cache')], ['miss', 'hit']);
    assert.deepEqual(second.body, { id: '1', name: 'Lamp', stock: 10 });
    assert.equal(shop.reads, 1);
    assert.equal((await send('PATCH', '/items/1', { name: 'Torch' })).status, 200);
    const third = await send('GET', '/items/1');
    assert.equal(third.body.name, 'Torch');
    assert.equal(shop.reads, 2);
  });

  test('@Cached tells arguments apart by type, and tags invalidate', async () => {
    const shop = get(ShopService);
    shop.reads = 0;
    assert.deepEqual(await shop.search('lamp', 1), ['lamp, page 1']);
    await shop.search('lamp', 1);
    await shop.search('lamp', 2);
    assert.equal(shop.reads, 2);
    await shop.find('none');
    assert.equal(await shop.find('none'), null);
    assert.equal(shop.reads, 3);
    await get(CacheService).invalidateTags('items');
    await shop.find('none');
    assert.equal(shop.reads, 4);
  });

  test('CacheService keeps types, counts and deletes', async () => {
    const cache = get(CacheService).namespace('own');
    const value = { at: new Date(0), sizes: new Map([['s', 1n]]) };
    await cache.set(['a:b', 1], value);
    assert.deepEqual(await cache.get(['a:b', '1']), value);
    assert.equal(await cache.getOrSet('other', () => 7), 7);
    assert.equal(await cache.delete('other', ['a:b', 1]), 2);
    assert.equal(await cache.has('other'), false);
  });

  test('@RateLimit refuses a handler, with headers and a problem', async () => {
    const statuses = [await send('POST', '/login'), await send('POST', '/login')].map(({ status }) => status);
    assert.deepEqual(statuses, [204, 204]);
    const refused = await send('POST', '/login');
    assert.equal(refused.status, 429);
    assert.match(refused.headers.get('content-type') ?? '', /^application\/problem\+json/);
    assert.ok(Number(refused.headers.get('retry-after')) > 3_000);
    assert.match(refused.headers.get('ratelimit-policy') ?? '', /^"login";q=2;w=3600/);
    assert.match(refused.headers.get('ratelimit') ?? '', /^"login";r=0;t=\d+/);
  });

  test('RateLimitGuard as a global guard applies the default', async () => {
    const { headers } = await send('GET', '/items/1');
    assert.match(headers.get('ratelimit-policy') ?? '', /q=1000;w=60/);
    assert.equal((await send('GET', '/health')).headers.get('ratelimit-policy'), null);
  });

  test('@RateLimit refuses a service method, and RateLimitService counts, blocks and forgets', async () => {
    const shop = get(ShopService);
    const limits = get(RateLimitService);
    await shop.mail('a@example.org');
    assert.equal(await shop.mail('a@example.org'), 'to a@example.org');
    await assert.rejects(shop.mail('a@example.org'), RateLimitExceededError);
    assert.equal((await limits.consume('login', 'me')).remaining, 1);
    await limits.refund('login', 'me');
    assert.equal((await limits.peek('login', 'me')).remaining, 2);
    await limits.block('login', 'me', '1m');
    assert.equal((await limits.consume('login', 'me')).allowed, false);
    await limits.unblock('login', 'me');
    await limits.reset('login', 'me');
    assert.equal((await limits.consume('login', 'me')).allowed, true);
  });

  test('RateLimitService counts in each way, and in several windows at once', async () => {
    const limits = get(RateLimitService);
    const ways = ['sliding-window', 'sliding-log', 'fixed-window', 'token-bucket', 'gcra'] as const;
    const policies = ways.map(
      (algorithm) => ({ name: algorithm, limit: 1, window: '1h', algorithm }) as const,
    );
    for (const policy of policies) {
      const decisions = [await limits.consume(policy, 'me'), await limits.consume(policy, 'me')];
      assert.deepEqual(
        decisions.map(({ allowed }) => allowed),
        [true, false],
      );
    }
    assert.equal((await limits.consume(policies, 'me')).allowed, false);
    assert.equal((await limits.consume(policies, 'you')).allowed, true);
  });

  test('RateLimitService lets so many be in flight, and renews their permits', async () => {
    const limits = get(RateLimitService);
    const policy = { name: 'in-flight', concurrency: 1, lease: '1s' } as const;
    const permit = await limits.acquire(policy, 'me');
    await assert.rejects(limits.acquire(policy, 'me'), RateLimitExceededError);
    const renewed = () => executed.some((source) => source.includes('added + redis.call'));
    while (!renewed()) await new Promise((resolve) => setTimeout(resolve, 20));
    await permit.release();
    assert.equal(await limits.withPermit(policy, 'me', () => 'free'), 'free');
  });

  test('@WithLock lets one reservation in at a time', async () => {
    const shop = get(ShopService);
    await Promise.all(Array.from({ length: 5 }, () => shop.reserve('1', 1)));
    assert.equal(shop.mostReserving, 1);
    assert.equal(shop.items.get('1')?.stock, 5);
  });

  test('LockService gives growing fences, prolongs and releases; a held lock is 409 over HTTP', async () => {
    const locks = get(LockService);
    const lock = await locks.acquire('report', { ttl: '5s' });
    const refused = await send('POST', '/report');
    assert.equal(refused.status, 409);
    assert.match(refused.headers.get('content-type') ?? '', /^application\/problem\+json/);
    assert.equal(await locks.tryAcquire('report'), null);
    const kept = await locks.acquire('blocked', { ttl: 1_000, renewInWorker: { max: '1m' } });
    const endMs = performance.now() + 2_500;
    while (performance.now() < endMs);
    kept.assertHeld();
    assert.equal(await kept.release(), true);
    await assert.rejects(locks.acquire('report', { wait: false }), LockBusyError);
    await lock.extend('10s');
    assert.equal(lock.signal.aborted, false);
    assert.equal(await lock.release(), true);
    const fence = await locks.withLock('report', async (next) => next.fence);
    assert.ok(fence > lock.fence);
  });

  test('LockService holds several locks, permits, and sides of a read-write lock', async () => {
    const locks = get(LockService);
    const both = await locks.acquire(['report', 'budget']);
    assert.equal(await locks.tryAcquire(['budget', 'other']), null);
    assert.equal(both.fences.size, 2);
    assert.equal(await both.release(), true);
    const exports = locks.semaphore('exports', 2);
    const permits = [await exports.acquire(), await exports.acquire()];
    assert.equal(await exports.tryAcquire(), null);
    await permits[0]!.extend('10s');
    for (const permit of permits) assert.equal(await permit.release(), true);
    const prices = locks.readWrite('prices');
    await prices.withRead(() => prices.withRead(async () => assert.equal(await prices.tryWrite(), null)));
    assert.equal(await prices.withWrite(async () => 'written'), 'written');
    assert.equal(await locks.mutex('report').withLock(({ depth }) => depth), 1);
  });

  test('RedisHealthIndicator serves Terminus', async () => {
    const { status, body } = await send('GET', '/health');
    assert.equal(status, 200);
    assert.equal(body.status, 'ok');
    assert.equal(body.info.redis.status, 'up');
  });

  test('the admin routes are closed to others and flush in two steps', async () => {
    const operator = { 'x-operator': 'yes' };
    assert.equal((await send('GET', '/admin/redis/health')).status, 403);
    assert.equal((await send('GET', '/admin/redis/health', undefined, operator)).body.status, 'up');
    const { body: metrics } = await send('GET', '/admin/redis/metrics', undefined, operator);
    assert.equal(typeof metrics, 'object');
    await send('GET', '/items/1');
    const path = '/admin/redis/cache?pattern=cache:item:*';
    const plan = await send('DELETE', path, undefined, operator);
    assert.equal(plan.status, 428);
    assert.equal(plan.body.dryRun, true);
    const done = await send('DELETE', `${path}&confirm=${plan.body.confirm}`, undefined, operator);
    assert.equal(done.status, 200);
    assert.ok(done.body.count >= 1);
    assert.equal((await send('GET', '/items/1')).headers.get('x-cache'), 'miss');
  });

  test('@InjectRedis hands out the client of the installed ioredis', async () => {
    const { client } = get(RawRedis);
    await client.set('raw', 'value', 'PX', 60_000);
    assert.equal(await client.get('raw'), 'value');
  });

  test('bad options are refused, all at once', async () => {
    const options = { connection: 'http://localhost', cache: { ttl: '1 hour' }, lokc: {} } as never;
    await assert.rejects(create(RedisModule.forRoot(options)), (error: Error) => {
      assert.ok(error instanceof InvalidOptionsError);
      assert.deepEqual(error.problems.map(({ path }) => path).sort(), ['cache.ttl', 'connection', 'lokc']);
      return true;
    });
  });

  test('every packed script compiles, and all of them have run', async () => {
    const { client } = get(RawRedis);
    const scripts = packedScripts();
    assert.ok(scripts.length > 0);
    for (const { name, source } of scripts) {
      const digest = createHash('sha1').update(source).digest('hex');
      assert.equal(await client.script('LOAD', source), digest, name);
      assert.ok(
        executed.some((whole) => whole.includes(source)),
        `${name} has not run: use it here`,
      );
    }
  });
}
