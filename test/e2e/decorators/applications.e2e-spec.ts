import { randomUUID } from 'node:crypto';
import {
  Controller,
  Get,
  Headers,
  Injectable,
  Module,
  Scope,
  type INestApplicationContext,
  type ModuleMetadata,
} from '@nestjs/common';
import {
  ContextIdFactory,
  type ContextId,
  type ContextIdStrategy,
  type HostComponentInfo,
} from '@nestjs/core';
import { Test, type TestingModuleBuilder } from '@nestjs/testing';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { CacheService } from '../../../src/cache/cache.service.js';
import { Cached } from '../../../src/cache/decorators/cached.decorator.js';
import { RedisModule } from '../../../src/redis.module.js';
import { startRedis } from '../../../src/testing/start-redis.js';
import type { TestRedis } from '../../../src/testing/test-redis.js';
import { Decorated, DECORATORS, isAtWork } from '../../support/four-decorators.js';
import { openHttpApp } from '../../support/http-app.js';

@Injectable()
class Shop extends Decorated {}

@Injectable({ scope: Scope.REQUEST, durable: true })
class TenantShop extends Decorated {
  static made = 0;
  readonly number = ++TenantShop.made;
}

@Controller('tenant')
class Tenants {
  constructor(private readonly shop: TenantShop) {}

  @Get()
  async probe(@Headers('x-id') id: string): Promise<unknown[]> {
    const { shop } = this;
    const limited = async () => shop.limited(id).catch((error: unknown) => (error as { code: string }).code);
    const cached = [await shop.cached(id), await shop.cached(id)];
    return [shop.number, cached[0] === cached[1], await limited(), await limited(), await shop.locked(id)];
  }
}

/** Gives all requests of a tenant one tree of durable providers. */
class ByTenant implements ContextIdStrategy {
  readonly #trees = new Map<string, ContextId>();

  attach(contextId: ContextId, { headers }: { headers: Record<string, string> }) {
    const tenant = headers['x-tenant'] ?? '';
    const tree = this.#trees.get(tenant) ?? ContextIdFactory.create();
    this.#trees.set(tenant, tree);
    return ({ isTreeDurable }: HostComponentInfo) => (isTreeDurable ? tree : contextId);
  }
}

@Module({ providers: [Shop], exports: [Shop] })
class ShopModule {}

describe('decorated methods and their applications', () => {
  let redis: TestRedis;
  let other: TestRedis;
  const opened: INestApplicationContext[] = [];

  beforeAll(async () => {
    [redis, other] = await Promise.all([startRedis(), startRedis()]);
  });
  afterEach(async () => {
    await Promise.all(opened.splice(0).map((app) => app.close()));
  });
  afterAll(async () => {
    await Promise.all([redis?.stop(), other?.stop()]);
  });

  function build(
    metadata: ModuleMetadata,
    options: { url?: string; namespace?: string } = {},
  ): TestingModuleBuilder {
    const { url: connection = redis.url, namespace = randomUUID() } = options;
    const suite = RedisModule.forRoot({ connection, namespace });
    return Test.createTestingModule({ ...metadata, imports: [suite, ...(metadata.imports ?? [])] });
  }

  async function open(builder: TestingModuleBuilder): Promise<INestApplicationContext> {
    const app = await (await builder.compile()).init();
    opened.push(app);
    return app;
  }

  async function atWork(instance: Decorated, app: INestApplicationContext, id: string): Promise<string[]> {
    const found: string[] = [];
    for (const decorator of DECORATORS) {
      if (await isAtWork(decorator, { instance, app, id })) found.push(decorator);
    }
    return found;
  }

  it.each([
    ['on one server, by namespace', () => ({ namespace: 'another' })],
    ['on two servers', () => ({ url: other.url, namespace: 'same' })],
  ])('serve two in one process, %s', async (id, second) => {
    const one = await open(build({ providers: [Shop] }, { namespace: 'same' }));
    const two = await open(build({ providers: [Shop] }, second()));
    for (const app of [one, two]) expect(await atWork(app.get(Shop), app, id)).toEqual([...DECORATORS]);
    expect(await one.get(Shop).cached(id)).not.toBe(await two.get(Shop).cached(id));
  });

  it('leave a value that two share to the first, until it is closed', async () => {
    const shared = new Shop();
    const provider = { provide: Shop, useValue: shared };
    const one = await open(build({ providers: [provider] }));
    const two = await open(build({ providers: [provider] }));
    expect(await atWork(shared, one, 'first')).toEqual([...DECORATORS]);
    await one.close();
    const three = await open(build({ providers: [provider] }));
    expect(await atWork(shared, three, 'third')).toEqual([...DECORATORS]);
    expect(await two.get(CacheService).has('cached:third')).toBe(false);
  });

  it('leave a value that one provides to the next, when the one does not boot', async () => {
    const shared = new Shop();
    const provider = { provide: Shop, useValue: shared };
    @Injectable({ scope: Scope.REQUEST })
    class Refused extends Decorated {
      @Cached()
      async keyless(): Promise<void> {}
    }
    await expect(open(build({ providers: [provider, Refused] }))).rejects.toThrow('Refused.keyless');
    const app = await open(build({ providers: [provider] }));
    expect(await atWork(shared, app, 'next')).toEqual([...DECORATORS]);
  });

  it('reach modules that do not import a RedisModule that is not global', async () => {
    const suite = RedisModule.forRoot({ connection: redis.url, namespace: randomUUID(), isGlobal: false });
    @Module({ imports: [suite], exports: [suite] })
    class InfrastructureModule {}
    @Module({ providers: [{ provide: Shop, useFactory: () => new Shop() }] })
    class OtherModule {}
    const app = await open(Test.createTestingModule({ imports: [InfrastructureModule, OtherModule] }));
    expect(await atWork(app.get(Shop), app, 'local')).toEqual([...DECORATORS]);
  });

  it('work in a testing module that was compiled and not started', async () => {
    const module = await build({ imports: [ShopModule] }).compile();
    opened.push(module);
    expect(await atWork(module.get(Shop), module, 'compiled')).toEqual([...DECORATORS]);
  });

  it('keep working when a test puts something in the place of CacheService', async () => {
    const builder = build({ providers: [Shop] })
      .overrideProvider(CacheService)
      .useValue({});
    const shop = (await open(builder)).get(Shop);
    expect(await shop.cached('mocked')).toBe(await shop.cached('mocked'));
    const second = await shop.cached('mocked');
    await shop.invalidating('mocked');
    expect(await shop.cached('mocked')).not.toBe(second);
  });

  it('work in durable providers, one for each tenant', async () => {
    ContextIdFactory.apply(new ByTenant());
    const suite = RedisModule.forRoot({ connection: redis.url, namespace: randomUUID() });
    const http = await openHttpApp('Express', {
      imports: [suite],
      controllers: [Tenants],
      providers: [TenantShop],
    });
    opened.push(http.app);
    const probe = async (tenant: string, id: string) =>
      (await http.send('/tenant', { headers: { 'x-tenant': tenant, 'x-id': id } })).body as unknown[];
    const answers = [await probe('a', '1'), await probe('a', '2'), await probe('b', '3')];
    expect(answers.map(([number]) => number)).toEqual([1, 1, 2]);
    for (const [index, [, ...atAll]] of answers.entries()) {
      const id = String(index + 1);
      expect(atAll).toEqual([true, id, 'E_RATE_LIMIT_EXCEEDED', `locked:${id}`]);
    }
  });
});
