import { randomUUID } from 'node:crypto';
import { Controller, Get, Injectable, Module, UseGuards, type CanActivate, type Type } from '@nestjs/common';
import { Test, type TestingModule } from '@nestjs/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Redis } from 'ioredis';
import { CacheService } from '../../src/cache/cache.service.js';
import { Cached } from '../../src/cache/decorators/cached.decorator.js';
import { getRedisToken, InjectRedis } from '../../src/connection/connection.tokens.js';
import { RedisHealthIndicator } from '../../src/health/redis-health.indicator.js';
import { WithLock } from '../../src/lock/with-lock.decorator.js';
import { RedisMonitor } from '../../src/monitoring/redis-monitor.js';
import { RateLimit } from '../../src/rate-limit/calls/rate-limit.decorator.js';
import { RedisModule } from '../../src/redis.module.js';
import type { RedisModuleOptions } from '../../src/redis.options.js';
import { withEnvironment } from '../support/environment.js';
import { openHttpApp } from '../support/http-app.js';
import { startRest, type RestServers } from '../support/rest.js';
import { json, startRestStub } from '../support/rest-stub.js';

@Injectable()
class Users {
  loads = 0;

  @Cached({ key: 'user:{id}', ttl: '1h' })
  find(id: string) {
    return Promise.resolve({ id, load: ++this.loads, at: new Date(0) });
  }

  @WithLock('user:{id}')
  rename(id: string) {
    return Promise.resolve(`renamed ${id}`);
  }
}

@Controller()
class UsersController {
  constructor(private readonly users: Users) {}

  @RateLimit({ limit: 2, window: '1h' })
  @Get()
  read() {
    return this.users.find('1');
  }
}

@Injectable()
class ByConstructor {
  constructor(@InjectRedis() readonly redis: Redis) {}
}

@Injectable()
class ByProperty {
  @InjectRedis('state') readonly redis!: Redis;
}

@Injectable()
class ByGuard implements CanActivate {
  constructor(@InjectRedis() readonly redis: Redis) {}
  canActivate = () => true;
}

@Controller()
@UseGuards(ByGuard)
class Guarded {}

@Injectable()
class WhileBuilt {
  constructor(@InjectRedis() redis: Redis) {
    redis.defineCommand('mine', { lua: 'return 1' });
  }
}

describe('RedisModule over REST', () => {
  const namespace = `rest-${randomUUID()}`;
  const opened: TestingModule[] = [];
  let servers: RestServers;
  let close = () => Promise.resolve();

  beforeAll(async () => (servers = await startRest()));
  afterEach(async () => {
    await close();
    await Promise.all(opened.splice(0).map((app) => app.close()));
  });
  afterAll(() => servers?.stop());

  /** A machine that is busy must not be taken for a server that is away. */
  const options = (): RedisModuleOptions => ({
    connection: { rest: servers.target.rest },
    namespace,
    rateLimit: { decisionTimeout: '10s' },
  });

  async function start(
    providers: (Type | { provide: string; useFactory: () => unknown })[],
    module = options(),
  ) {
    const app = await Test.createTestingModule({
      imports: [RedisModule.forRoot(module)],
      providers,
    }).compile();
    opened.push(app);
    return app.init();
  }

  it('caches, limits and locks', async () => {
    const http = await openHttpApp('Express', {
      imports: [RedisModule.forRoot(options())],
      controllers: [UsersController],
      providers: [Users],
    });
    close = () => http.close();
    const statuses = [];
    for (let i = 0; i < 3; i++) statuses.push((await http.send('/')).status);
    expect(statuses).toEqual([200, 200, 429]);
    const users = http.app.get(Users);
    expect(await users.find('1')).toEqual({ id: '1', load: 1, at: new Date(0) });
    expect(await users.rename('1')).toBe('renamed 1');
  });

  it('reads its endpoint from the environment', async () => {
    const { url, token } = servers.shim;
    const env = { UPSTASH_REDIS_REST_URL: url, UPSTASH_REDIS_REST_TOKEN: token, REDIS_KEY_PREFIX: namespace };
    const app = await withEnvironment(env, () => start([], {}));
    await app.get(CacheService).set('from', 'the environment');
    expect(await app.get(CacheService).get('from')).toBe('the environment');
  });

  it('tells its health and its metrics', async () => {
    const app = await start([]);
    expect(await app.get(RedisHealthIndicator).isHealthy('redis')).toEqual({
      redis: {
        status: 'up',
        state: 'up',
        connections: {
          redis: expect.objectContaining({
            topology: 'rest',
            state: 'up',
            problems: [],
            roles: ['cache', 'state'],
          }),
        },
      },
    });
    await app.get(CacheService).get('anything');
    const { connections } = await app.get(RedisMonitor).snapshot();
    expect(connections['redis']).toMatchObject({ state: 'ready', failures: 0, serversProblem: null });
    expect(connections['redis']?.servers).toEqual([expect.objectContaining({ version: expect.any(String) })]);
    expect(connections['redis']?.commands['PING']).toEqual({ calls: 1, failures: 0 });
  });

  it('is healthy, and says what is missing, where the endpoint has no INFO', async () => {
    const stub = await startRestStub();
    stub.answerWith((response, seen) => {
      const [command] = seen.at(-1)?.body as string[];
      if (command === 'PING') json({ result: 'UE9ORw==' })(response, seen);
      else json({ error: `ERR Command is not available: '${command}'` }, 400)(response, seen);
    });
    const app = await start([], { connection: { rest: stub.endpoint }, namespace });
    const { redis } = await app.get(RedisHealthIndicator).isHealthy('redis');
    expect(redis).toMatchObject({ state: 'up' });
    const { connections } = await app.get(RedisMonitor).snapshot();
    expect(connections['redis']).toMatchObject({
      servers: [],
      serversProblem: expect.stringContaining("refused INFO: ERR Command is not available: 'INFO'"),
    });
    await stub.stop();
  });

  it('boots degraded when the endpoint is away, unless it shall fail fast', async () => {
    const away = { rest: { url: 'http://127.0.0.1:1', token: 't' }, bootTimeout: 100 };
    const app = await start([], { connection: away, namespace });
    const { redis } = await app.get(RedisHealthIndicator).isHealthy('redis');
    expect(redis).toMatchObject({ status: 'down' });
    expect(await app.get(CacheService).getOrSet('k', () => 'loaded')).toBe('loaded');
    const failing = start([], { connection: away, namespace, failFast: true });
    await expect(failing).rejects.toMatchObject({ code: 'E_REDIS_UNAVAILABLE' });
  });

  it('does not boot with a wrong token', async () => {
    const rest = { ...servers.target.rest, token: 'hunter2' };
    const failing = start([], { connection: { rest }, namespace });
    await expect(failing).rejects.toMatchObject({
      code: 'E_REDIS_AUTH',
      message: expect.not.stringContaining('hunter2'),
    });
  });

  it('refuses at boot to wait for replicas', async () => {
    const failing = start([], { ...options(), lock: { replicas: 1 } });
    await expect(failing).rejects.toMatchObject({
      code: 'E_OPTIONS_INVALID',
      problems: [{ path: 'lock.replicas', message: expect.stringContaining('over REST') }],
    });
  });

  describe('has no raw client', () => {
    it.each<[string, Type, string]>([
      ['by its constructor', ByConstructor, "injects the raw client of 'cache'"],
      ['by a property', ByProperty, "injects the raw client of 'state'"],
    ])('and refuses at boot who injects one %s', async (_, type, message) => {
      await expect(start([type])).rejects.toMatchObject({
        code: 'E_OPTIONS_INVALID',
        problems: [{ path: `${type.name} in RootTestModule`, message: expect.stringContaining(message) }],
      });
    });

    it('and finds guards and factories', async () => {
      @Module({
        controllers: [Guarded],
        providers: [
          { provide: 'store', inject: [getRedisToken()], useFactory: (redis: Redis) => ({ redis }) },
        ],
      })
      class Shop {}
      const starting = Test.createTestingModule({
        imports: [RedisModule.forRoot(options()), Shop],
      }).compile();
      await expect(starting.then((app) => app.init())).rejects.toMatchObject({
        problems: [{ path: 'store in Shop' }, { path: 'ByGuard in Shop' }],
      });
    });

    it('and says why when one is used while an instance is built, or asked for later', async () => {
      const expected = {
        code: 'E_REDIS_UNSUPPORTED',
        message: expect.stringContaining('speaks REST, which cannot give a raw client: connect over TCP'),
      };
      await expect(start([WhileBuilt])).rejects.toMatchObject(expected);
      const app = await start([]);
      const client = app.get<Redis>(getRedisToken());
      expect(() => client.get('k')).toThrow(expect.objectContaining(expected));
    });

    it('only where it speaks REST', async () => {
      const { redis, target } = servers;
      const connections = { cache: redis.url, state: { rest: target.rest } };
      const app = await start([ByConstructor], { connections, namespace });
      expect(await app.get(ByConstructor).redis.ping()).toBe('PONG');
      const refused = start([ByProperty], { connections, namespace });
      await expect(refused).rejects.toMatchObject({ code: 'E_OPTIONS_INVALID' });
    });
  });
});
