import { randomUUID } from 'node:crypto';
import { Inject, Injectable, Module, type ModuleMetadata, type Type } from '@nestjs/common';
import { Test, type TestingModule, type TestingModuleBuilder } from '@nestjs/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import type { Redis } from 'ioredis';
import { CacheService } from '../../src/cache/cache.service.js';
import { SuiteEvents } from '../../src/common/events.js';
import { RedisUnavailableError } from '../../src/connection/connection.errors.js';
import {
  CLOCK,
  getGatewayToken,
  getRedisToken,
  InjectRedis,
} from '../../src/connection/connection.tokens.js';
import type { RedisGateway } from '../../src/connection/redis-gateway.js';
import { SuiteSettings } from '../../src/connection/suite-settings.js';
import { LockService } from '../../src/lock/lock.service.js';
import { RateLimitService } from '../../src/rate-limit/rate-limit.service.js';
import { RedisModule, type RedisOptionsFactory } from '../../src/redis.module.js';
import type { RedisModuleOptions } from '../../src/redis.options.js';
import { startRedis } from '../../src/testing/start-redis.js';
import type { TestRedis } from '../../src/testing/test-redis.js';
import { HandClock } from '../support/hand-clock.js';
import { withEnvironment } from '../support/environment.js';

const SERVER = Symbol('server');

@Injectable()
class Clients {
  constructor(
    @InjectRedis() readonly cache: Redis,
    @InjectRedis('state') readonly state: Redis,
  ) {}
}

@Injectable()
class Reports {
  constructor(@InjectRedis('reports') readonly redis: Redis) {}
}

describe('RedisModule', () => {
  const namespace = `t${randomUUID()}`;
  const opened: TestingModule[] = [];
  let server: TestRedis;
  let other: TestRedis;

  beforeAll(async () => {
    [server, other] = await Promise.all([startRedis(), startRedis()]);
  });
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((app) => app.close()));
  });
  afterAll(async () => {
    await Promise.all([server?.stop(), other?.stop()]);
  });

  /** Starts an application, which is closed after the test. */
  async function start(
    metadata: ModuleMetadata,
    change: (builder: TestingModuleBuilder) => TestingModuleBuilder = (builder) => builder,
  ): Promise<TestingModule> {
    const app = await change(Test.createTestingModule(metadata)).compile();
    opened.push(app);
    return app.init();
  }

  const options = (): RedisModuleOptions => ({ connection: server.url, namespace });

  /** Says where an application keeps its keys, after it has kept one. */
  async function home(
    app: TestingModule,
  ): Promise<{ namespace: string; port: number | undefined; kept: number }> {
    const client = app.get<Redis>(getRedisToken());
    await app.get(CacheService).set('home', 1, { ttl: '1h' });
    const { namespace: found } = app.get(SuiteSettings);
    return { namespace: found, port: client.options.port, kept: await client.exists(`${found}:cache:home`) };
  }

  const atHome = () => ({ namespace, port: server.port, kept: 1 });

  describe('takes its options', () => {
    @Injectable()
    class Options implements RedisOptionsFactory {
      constructor(@Inject(SERVER) private readonly url: string) {}

      async createRedisOptions(): Promise<RedisModuleOptions> {
        return { connection: this.url, namespace };
      }
    }

    @Module({
      providers: [{ provide: SERVER, useFactory: () => server.url }, Options],
      exports: [SERVER, Options],
    })
    class ConfigurationModule {}

    const imports = [ConfigurationModule];

    it.each<[string, () => ReturnType<typeof RedisModule.forRoot>]>([
      ['from forRoot', () => RedisModule.forRoot(options())],
      [
        'from a factory',
        () =>
          RedisModule.forRootAsync({
            imports,
            inject: [SERVER],
            useFactory: (connection: string) => ({ connection, namespace }),
          }),
      ],
      ['from an asynchronous factory', () => RedisModule.forRootAsync({ useFactory: async () => options() })],
      ['from a class', () => RedisModule.forRootAsync({ imports, useClass: Options })],
      ['from a provider', () => RedisModule.forRootAsync({ imports, useExisting: Options })],
    ])('%s', async (_, redisModule) => {
      expect(await home(await start({ imports: [redisModule()] }))).toEqual(atHome());
    });

    it('from the environment', async () => {
      const env = { REDIS_URL: server.url, REDIS_KEY_PREFIX: `${namespace}:` };
      const app = await withEnvironment(env, () => start({ imports: [RedisModule.forRoot()] }));
      expect(await home(app)).toEqual(atHome());
    });

    it('from the environment where the code says nothing', async () => {
      const { host, port, password } = server;
      const env = {
        REDIS_HOST: host,
        REDIS_PORT: String(port),
        REDIS_PASSWORD: password,
        REDIS_KEY_PREFIX: 'other',
      };
      const app = await withEnvironment(env, () => start({ imports: [RedisModule.forRoot({ namespace })] }));
      expect(await home(app)).toEqual(atHome());
    });

    it('from nowhere: the embedded server, in tests', async () => {
      const app = await withEnvironment({}, () => start({ imports: [RedisModule.forRoot()] }));
      const found = await home(app);
      expect(found).toEqual({ namespace: 'app', port: expect.any(Number), kept: 1 });
      expect([server.port, other.port]).not.toContain(found.port);
    });

    it('and leaves them as they are', async () => {
      const raw = Object.freeze({ ...options(), cache: Object.freeze({ ttl: '1m' as const }) });
      const before = structuredClone(raw);
      await start({ imports: [RedisModule.forRoot(raw)] });
      expect(raw).toEqual(before);
    });
  });

  describe('offers', () => {
    it('its services to every module, without an import', async () => {
      @Module({ providers: [Clients] })
      class FeatureModule {}
      const app = await start({ imports: [FeatureModule, RedisModule.forRoot(options())] });
      const clients = app.get(Clients);
      expect(clients.cache).toBe(clients.state);
      expect(await clients.cache.ping()).toBe('PONG');
      for (const service of [CacheService, LockService, RateLimitService, SuiteEvents] as Type[])
        expect(app.get(service)).toBeInstanceOf(service);
    });

    it('them only to its importers when it is not global', async () => {
      const redisModule = RedisModule.forRoot({
        ...options(),
        connection: { url: server.url, lazyConnect: true },
        isGlobal: false,
      });
      @Module({ providers: [Clients], imports: [redisModule] })
      class ImportingModule {}
      @Module({ providers: [Clients] })
      class OtherModule {}
      expect((await start({ imports: [ImportingModule] })).get(Clients).cache).toBeDefined();
      const refused = start({ imports: [ImportingModule, OtherModule] });
      await expect(refused).rejects.toThrow(/nestjs-redis-suite:client:cache.+OtherModule/s);
    });

    it("clients of the application's own connections", async () => {
      const connections = { cache: server.url, state: other.url, reports: `${other.url}/3` };
      const app = await start({
        imports: [RedisModule.forRoot({ connections })],
        providers: [Clients, Reports],
      });
      const { cache, state } = app.get(Clients);
      const { redis } = app.get(Reports);
      expect([cache, state, redis].map(({ options: { port, db } }) => [port, db ?? 0])).toEqual([
        [server.port, 0],
        [other.port, 0],
        [other.port, 3],
      ]);
    });

    it('them under forRootAsync when their names are listed', async () => {
      const connections = { cache: server.url, state: server.url, reports: other.url };
      const listed = RedisModule.forRootAsync({
        useFactory: () => ({ connections }),
        connectionNames: ['reports'],
      });
      const app = await start({ imports: [listed], providers: [Reports] });
      expect(app.get(Reports).redis.options.port).toBe(other.port);
    });

    it('no client of a name that nobody listed, and says which', async () => {
      const lazy = { url: server.url, lazyConnect: true };
      const unlisted = RedisModule.forRootAsync({
        useFactory: () => ({ connections: { cache: lazy, state: lazy, reports: lazy } }),
      });
      const refused = start({ imports: [unlisted], providers: [Reports] });
      await expect(refused).rejects.toThrow(/nestjs-redis-suite:client:reports/);
    });

    it('calls with a time limit, in degraded boots too', async () => {
      const away = await startRedis();
      await away.stop();
      const app = await start({
        imports: [RedisModule.forRoot({ connection: away.url, connectionDefaults: { bootTimeout: 100 } })],
        providers: [Clients],
      });
      await expect(app.get(Clients).cache.get('x')).rejects.toThrow();
      const gateway = app.get<RedisGateway>(getGatewayToken('state'));
      await expect(gateway.send(['GET', 'x'])).rejects.toThrow(RedisUnavailableError);
    });
  });

  describe('lets a test replace', () => {
    it('the clock', async () => {
      const clock = new HandClock();
      const app = await start({ imports: [RedisModule.forRoot(options())] }, (builder) =>
        builder.overrideProvider(CLOCK).useValue(clock),
      );
      expect(app.get(CLOCK)).toBe(clock);
      expect(await home(app)).toEqual(atHome());
    });

    it('a gateway', async () => {
      const fails = new RedisUnavailableError('cache', 'disconnected');
      const app = await start({ imports: [RedisModule.forRoot(options())] }, (builder) =>
        builder.overrideProvider(getGatewayToken('state')).useValue({
          ...({
            name: 'state',
            topology: 'standalone',
            capabilities: { push: true, blocking: true, replicas: false },
          } as const),
          run: () => Promise.reject(fails),
          availability: { state: 'ready' },
          subscribe: () => Promise.reject(fails),
        }),
      );
      await expect(app.get(LockService).tryAcquire('x')).rejects.toThrow(RedisUnavailableError);
      expect(await home(app)).toEqual(atHome());
    });

    it('a client', async () => {
      const double = { get: () => Promise.resolve('from the double') };
      const app = await start(
        { imports: [RedisModule.forRoot(options())], providers: [Clients] },
        (builder) => builder.overrideProvider(getRedisToken('state')).useValue(double),
      );
      expect(await app.get(Clients).state.get('x')).toBe('from the double');
      expect(await home(app)).toEqual(atHome());
    });

    it('a service', async () => {
      const double = { getOrSet: () => Promise.resolve('kept') };
      const app = await start({ imports: [RedisModule.forRoot(options())] }, (builder) =>
        builder.overrideProvider(CacheService).useValue(double),
      );
      expect(app.get(CacheService)).toBe(double);
    });
  });

  it('serves two applications in one process, and closes each alone', async () => {
    const [one, two] = await Promise.all(
      ['one', 'two'].map((name) =>
        start({
          imports: [RedisModule.forRoot({ connection: server.url, namespace: `${namespace}.${name}` })],
        }),
      ),
    );
    await one!.get(CacheService).set('whose', 'one');
    await two!.get(CacheService).set('whose', 'two');
    expect(await one!.get(CacheService).get('whose')).toBe('one');
    await opened.splice(opened.indexOf(one!), 1)[0]!.close();
    expect(await two!.get(CacheService).get('whose')).toBe('two');
  });
});
