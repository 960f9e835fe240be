import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Controller, Get } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { HealthCheck, HealthCheckService, TerminusModule } from '@nestjs/terminus';
import { RedisHealthIndicator } from '../../src/health/redis-health.indicator.js';
import { RedisModule } from '../../src/redis.module.js';
import { startRedis } from '../../src/testing/start-redis.js';
import type { TestRedis } from '../../src/testing/test-redis.js';
import { openHttpApp, type HttpApp } from '../support/http-app.js';
import { ScriptedServer } from '../support/scripted-server.js';
import { until } from '../support/until.js';

@Controller('health')
class HealthController {
  constructor(
    private readonly health: HealthCheckService,
    private readonly redis: RedisHealthIndicator,
  ) {}

  @Get()
  @HealthCheck()
  all() {
    return this.health.check([() => this.redis.isHealthy('redis')]);
  }

  @Get('strict')
  @HealthCheck()
  strict() {
    return this.health.check([() => this.redis.isHealthy('redis', { degradedIs: 'down' })]);
  }

  @Get('cache')
  @HealthCheck()
  cache() {
    return this.health.check([
      () => this.redis.isHealthy('cache', { connection: 'cache', timeout: '200ms' }),
    ]);
  }
}

const imports = [TerminusModule.forRoot({ logger: false, gracefulShutdownTimeoutMs: 0 })];
const controllers = [HealthController];
const namespace = `health-${Math.random().toString(36).slice(2)}`;

describe('a Terminus route with one server', () => {
  let server: TestRedis;
  let http: HttpApp;

  beforeAll(async () => {
    server = await startRedis();
    const redis = RedisModule.forRoot({ connection: server.url, namespace });
    http = await openHttpApp('Express', { imports: [...imports, redis], controllers });
  });
  afterAll(async () => {
    await http?.close();
    await server?.stop();
  });

  it('answers 200 with role, topology, state and latency', async () => {
    const { status, body } = await http.send('/health');
    expect(status).toBe(200);
    expect(body.info.redis).toEqual({
      status: 'up',
      state: 'up',
      connections: {
        redis: {
          roles: ['cache', 'state'],
          topology: 'standalone',
          state: 'up',
          latencyMs: expect.any(Number),
          problems: [],
          // The embedded server has a limit.
          notices: [
            expect.stringContaining('no append-only file'),
            ...(server.kind === 'native' ? [expect.stringContaining('no maxmemory')] : []),
          ],
        },
      },
    });
  });

  it('answers 503 while the server is away, without hanging, and 200 again without a restart', async () => {
    await server.kill();
    await until(async () => (await http.send('/health')).status === 503);
    const { body } = await http.send('/health');
    expect(body.error.redis).toMatchObject({
      status: 'down',
      state: 'down',
      connections: {
        redis: { state: 'down', latencyMs: null, problems: [expect.stringContaining('unavailable')] },
      },
    });
    await server.restart();
    await until(async () => (await http.send('/health')).status === 200);
  });

  it('answers 503 within its limit while the server is frozen, and 200 when it goes on', async () => {
    await server.freeze();
    const { status, body } = await http.send('/health/cache');
    expect(status).toBe(503);
    expect(body.error.cache.connections.redis.problems[0]).toContain('timeout');
    await server.resume();
    await until(async () => (await http.send('/health')).status === 200);
  });

  it('takes a server that refuses PING, as one does that cannot save, for degraded', async () => {
    const stub = await ScriptedServer.start();
    stub.script = (name) => (name === 'PING' ? '-MISCONF Errors writing to disk.\r\n' : undefined);
    const app = await Test.createTestingModule({
      imports: [RedisModule.forRoot({ connection: stub.url, namespace })],
    }).compile();
    const { redis } = await app.get(RedisHealthIndicator).isHealthy('redis');
    expect(redis).toMatchObject({
      status: 'up',
      state: 'degraded',
      connections: { redis: { problems: [expect.stringContaining('refused PING: MISCONF')] } },
    });
    await app.close();
    await stub.stop();
  });

  it('rejects a connection that does not exist, and a timeout that is none', async () => {
    const indicator = http.app.get(RedisHealthIndicator);
    await expect(indicator.isHealthy('x', { connection: 'nowhere' })).rejects.toThrow("got 'nowhere'");
    await expect(indicator.isHealthy('x', { timeout: '1 hour' as '1h' })).rejects.toThrow('timeout');
  });
});

describe('a Terminus route with a server that evicts', () => {
  let cache: TestRedis;
  let state: TestRedis;
  let http: HttpApp;

  beforeAll(async () => {
    const config = { maxmemory: '32mb', 'maxmemory-policy': 'allkeys-lru' };
    [cache, state] = await Promise.all([startRedis({ config }), startRedis({ config })]);
    const redis = RedisModule.forRoot({ connections: { cache: cache.url, state: state.url }, namespace });
    http = await openHttpApp('Fastify', { imports: [...imports, redis], controllers });
  });
  afterAll(async () => {
    await http?.close();
    await Promise.all([cache?.stop(), state?.stop()]);
  });

  it('reports state as degraded, and the cache as up', async () => {
    const { status, body } = await http.send('/health');
    expect(status).toBe(200);
    expect(body.details.redis).toMatchObject({
      status: 'up',
      state: 'degraded',
      connections: {
        cache: { roles: ['cache'], state: 'up', problems: [] },
        state: { roles: ['state'], state: 'degraded', problems: [expect.stringContaining('allkeys-lru')] },
      },
    });
  });

  it('is said by the log, once, when the application boots', async () => {
    const lines: string[] = [];
    const write = (line: string) => lines.push(line);
    const redis = RedisModule.forRoot({ connections: { cache: cache.url, state: state.url }, namespace });
    const other = await Test.createTestingModule({ imports: [redis] })
      .setLogger({ log: write, warn: write, error: write })
      .compile();
    const ofEviction = () => lines.filter((line) => /may evict locks/.test(line));
    await until(() => ofEviction().length > 0);
    expect(ofEviction()).toEqual([expect.stringMatching(/^Redis connection 'state': .*allkeys-lru/)]);
    await other.close();
  });

  it('answers 503 where degraded counts as down', async () => {
    const { status, body } = await http.send('/health/strict');
    expect(status).toBe(503);
    expect(body.error.redis).toMatchObject({ status: 'down', state: 'degraded' });
  });

  it('checks one connection alone', async () => {
    const { body } = await http.send('/health/cache');
    expect(Object.keys(body.details.cache.connections)).toEqual(['cache']);
  });
});
