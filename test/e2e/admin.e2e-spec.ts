import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Injectable, Module, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { RedisAdminModule } from '../../src/admin/redis-admin.module.js';
import { CacheService } from '../../src/cache/cache.service.js';
import { SuiteEvents, type SuiteEventMap } from '../../src/common/events.js';
import { getGatewayToken } from '../../src/connection/connection.tokens.js';
import type { RedisGateway } from '../../src/connection/redis-gateway.js';
import { LockService } from '../../src/lock/lock.service.js';
import { RedisModule } from '../../src/redis.module.js';
import { startRedis } from '../../src/testing/start-redis.js';
import type { TestRedis } from '../../src/testing/test-redis.js';
import { openHttpApp, PLATFORMS, type HttpApp } from '../support/http-app.js';
import { until } from '../support/until.js';

@Injectable()
class Operators {
  readonly known = new Map([
    ['ada', 'all'],
    ['bob', 'read'],
  ]);
}

@Module({ providers: [Operators], exports: [Operators] })
class OperatorsModule {}

@Injectable()
class OperatorGuard implements CanActivate {
  constructor(private readonly operators: Operators) {}

  canActivate(context: ExecutionContext): boolean {
    const request = context.switchToHttp().getRequest<{ headers: { operator?: string }; user?: object }>();
    const { operator = '' } = request.headers;
    request.user = { id: operator, may: this.operators.known.get(operator) };
    return this.operators.known.has(operator);
  }
}

const authorize = (context: ExecutionContext, action: string): boolean => {
  const { user } = context.switchToHttp().getRequest<{ user: { may: string } }>();
  return user.may === 'all' || action.endsWith(':read');
};

type Sent = Record<string, string>;

const ada = { operator: 'ada' };
const base = '/api/ops/redis';

describe.each(PLATFORMS)('admin routes on %s', (platform) => {
  const namespace = `admin-${Math.random().toString(36).slice(2)}`;
  const changes: SuiteEventMap['admin:change'][] = [];
  let server: TestRedis;
  let http: HttpApp;
  let cache: CacheService;

  const get = (path: string, headers: Sent = ada) => http.send(base + path, { headers });
  const remove = (query: Sent, headers: Sent = {}) =>
    http.send(`${base}/cache?${new URLSearchParams(query).toString()}`, {
      method: 'DELETE',
      headers: { ...ada, ...headers },
    });
  const flush = (body: object, headers: Sent = {}) =>
    http.send(`${base}/cache/flush`, {
      method: 'POST',
      body: JSON.stringify(body),
      headers: { ...ada, 'content-type': 'application/json', ...headers },
    });
  const fill = async (): Promise<void> => {
    await cache.setMany(['user:1', 'user:2', 'shop:1'].map((key) => ({ key, value: key })));
  };

  beforeAll(async () => {
    server = await startRedis();
    const redis = RedisModule.forRoot({ connection: server.url, namespace, secret: 'a-long-random-text' });
    const admin = RedisAdminModule.forRoot({
      path: 'ops/redis',
      guards: [OperatorGuard],
      authorize,
      imports: [OperatorsModule],
    });
    http = await openHttpApp(platform, { imports: [redis, admin] }, (app) => app.setGlobalPrefix('api'));
    cache = http.app.get(CacheService, { strict: false });
    http.app.get(SuiteEvents, { strict: false }).on('admin:change', (change) => changes.push(change));
  });
  afterAll(async () => {
    await http?.close();
    await server?.stop();
  });

  it('serves nobody whom the guards do not let in', async () => {
    for (const path of ['/health', '/metrics', '/cache/stats', '/locks', '/rate-limits']) {
      expect((await get(path, {})).status).toBe(403);
      expect((await get(path)).status).toBe(200);
    }
    expect((await remove({ pattern: 'cache:*' }, { operator: 'eve' })).status).toBe(403);
    expect((await flush({ pattern: 'cache:*' }, { operator: 'eve' })).status).toBe(403);
  });

  it('lets authorize allow single actions', async () => {
    expect((await get('/health', { operator: 'bob' })).status).toBe(200);
    expect((await remove({ pattern: 'cache:*' }, { operator: 'bob' })).status).toBe(403);
  });

  it('shows health, metrics and statistics as JSON that nobody stores', async () => {
    const health = await get('/health');
    expect(health.headers.get('content-type')).toMatch(/^application\/json/);
    expect(health.headers.get('cache-control')).toBe('no-store');
    expect(health.body).toMatchObject({ status: 'up', connections: { redis: { state: 'up' } } });
    const { body: metrics } = await get('/metrics');
    expect(metrics.connections.redis).toMatchObject({
      state: 'ready',
      servers: [{ version: expect.any(String) }],
    });
    await cache.get('nothing');
    expect((await get('/cache/stats')).body.misses).toBeGreaterThan(0);
  });

  it('shows the locks that are held', async () => {
    await using _lock = await http.app.get(LockService, { strict: false }).acquire('payout:42');
    const { body } = await get('/locks');
    expect(body).toEqual({
      truncated: false,
      locks: [
        expect.objectContaining({ resource: 'payout:42', fence: expect.stringMatching(/^\d+$/), waiting: 0 }),
      ],
    });
  });

  it('flushes by pattern in two steps, and records who did it', async () => {
    await fill();
    const dry = await remove({ pattern: 'cache:user:*' });
    expect(dry.status).toBe(428);
    expect(dry.body).toMatchObject({ dryRun: true, count: 2, confirm: expect.any(String) });
    expect((dry.body.sample as string[]).sort()).toEqual(['cache:user:1', 'cache:user:2']);
    expect(await cache.has('user:1')).toBe(true);
    expect(changes).toEqual([]);

    const done = await remove({ pattern: 'cache:user:*', confirm: dry.body.confirm });
    expect(done).toMatchObject({ status: 200, body: { dryRun: false, count: 2 } });
    expect([await cache.has('user:1'), await cache.has('shop:1')]).toEqual([false, true]);
    expect(changes).toEqual([{ action: 'cache:flush', target: 'cache:user:*', count: 2, actor: 'ada' }]);
  });

  it('flushes by POST in two steps', async () => {
    await fill();
    const dry = await flush({ pattern: 'cache:shop:*' });
    expect(dry).toMatchObject({ status: 200, body: { dryRun: true, count: 1, sample: ['cache:shop:1'] } });
    expect(await flush({ confirm: dry.body.confirm })).toMatchObject({ status: 200, body: { count: 1 } });
    expect(await cache.has('shop:1')).toBe(false);
  });

  it('takes a confirmation only for the pattern that was looked at', async () => {
    await fill();
    const { confirm } = (await remove({ pattern: 'cache:user:*' })).body;
    expect((await remove({ pattern: 'cache:*', confirm })).status).toBe(412);
    expect((await flush({ pattern: 'cache:*', confirm })).status).toBe(412);
    expect((await remove({ pattern: 'cache:user:*', confirm: `${confirm}x` })).status).toBe(412);
    expect((await remove({ confirm })).status).toBe(400);
    expect((await flush({ confirm: { $ne: '' } })).status).toBe(412);
    expect(await cache.has('user:1')).toBe(true);
  });

  it('removes entries of the cache and nothing else', async () => {
    const gateway = http.app.get<RedisGateway>(getGatewayToken('state'), { strict: false });
    const foreign = [
      `${namespace}:lock:{cache:x}:lease`,
      `${namespace}x:cache:user:1`,
      `x${namespace}:cache:user:1`,
    ];
    await gateway.sendMany(foreign.map((key) => ['SET', key, '1']));
    await fill();
    for (const pattern of ['*', 'user:*', 'lock:*', 'c*:*', 'session:*', '', 'cache:', `${namespace}:*`]) {
      expect((await remove({ pattern })).status).toBe(400);
      expect((await flush({ pattern })).status).toBe(400);
    }
    const dry = await remove({ pattern: 'cache:*' });
    expect(dry.body.count).toBe(3);
    expect((await remove({ pattern: 'cache:*', confirm: dry.body.confirm })).body.count).toBe(3);
    expect(await gateway.sendMany(foreign.map((key) => ['GET', key]))).toEqual(['1', '1', '1']);
    await gateway.sendMany(foreign.map((key) => ['UNLINK', key]));
  });

  it('refuses what is not shaped like a request', async () => {
    expect(
      (await http.send(`${base}/cache?pattern=cache:a&pattern=cache:b`, { method: 'DELETE', headers: ada }))
        .status,
    ).toBe(400);
    expect((await http.send(`${base}/cache/flush`, { method: 'POST', headers: ada })).status).toBe(400);
    expect((await flush({})).status).toBe(400);
    expect((await flush({ tag: 'users' })).status).toBe(400);
  });

  it('refuses to change anything for a page of another origin', async () => {
    const pattern = 'cache:user:*';
    const foreign: Sent[] = [
      { origin: 'https://evil.example' },
      { 'sec-fetch-site': 'cross-site' },
      { origin: 'null' },
    ];
    const own: Sent[] = [
      { origin: http.url },
      { 'sec-fetch-site': 'same-origin', origin: 'https://public.example' },
    ];
    for (const headers of foreign) {
      expect((await remove({ pattern }, headers)).status).toBe(403);
      expect((await flush({ pattern }, headers)).status).toBe(403);
    }
    for (const headers of own) {
      expect((await remove({ pattern }, headers)).status).toBe(428);
    }
    expect((await get('/health', { ...ada, origin: 'https://evil.example' })).status).toBe(200);
  });

  it('works with Redis down', async () => {
    await fill();
    const { confirm } = (await remove({ pattern: 'cache:user:*' })).body;
    await server.kill();
    await until(async () => (await get('/health')).status === 503);
    expect((await get('/health')).body).toMatchObject({ status: 'down', state: 'down' });
    expect((await get('/metrics')).body.connections.redis).toMatchObject({ state: 'down', servers: [] });
    expect((await get('/cache/stats')).status).toBe(200);
    expect((await remove({ pattern: 'cache:user:*' })).status).toBe(503);
    const failed = await remove({ pattern: 'cache:user:*', confirm });
    expect(failed).toMatchObject({ status: 503, body: { code: 'E_CACHE_UNAVAILABLE' } });
    expect(changes.at(-1)).toMatchObject({ target: 'cache:user:*', count: null, actor: 'ada' });
    await server.restart();
    await until(async () => (await get('/health')).status === 200);
  });
});

describe('RedisAdminModule beside RedisModule', () => {
  it('serves anybody when told to, and each application its own path', async () => {
    await using server = await startRedis();
    const redis = RedisModule.forRoot({ connection: server.url, namespace: 'admin-open', httpErrors: false });
    const open = (path: string) =>
      openHttpApp('Express', {
        imports: [redis, RedisAdminModule.forRoot({ path, allowUnauthenticated: true })],
      });
    const [one, other] = await Promise.all([open('one'), open('other')]);
    try {
      expect((await one.send('/one/health')).status).toBe(200);
      expect((await other.send('/other/health')).status).toBe(200);
      expect((await one.send('/other/health')).status).toBe(404);
    } finally {
      await Promise.all([one.close(), other.close()]);
    }
  });
});
