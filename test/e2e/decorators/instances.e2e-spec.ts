import { randomUUID } from 'node:crypto';
import {
  Controller,
  Injectable,
  Module,
  Scope,
  type INestApplication,
  type INestApplicationContext,
  type OnModuleInit,
  type Type,
} from '@nestjs/common';
import { ContextIdFactory, LazyModuleLoader, ModuleRef } from '@nestjs/core';
import { Test } from '@nestjs/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { RedisModule } from '../../../src/redis.module.js';
import { startRedis } from '../../../src/testing/start-redis.js';
import type { TestRedis } from '../../../src/testing/test-redis.js';
import { Decorated, DECORATORS, isAtWork, type Caller } from '../../support/four-decorators.js';

@Injectable()
class Plain extends Decorated {
  /** Calls each method as another method of the class would. */
  self(method: Parameters<Caller>[1]): (id: string) => Promise<unknown> {
    return async (id) => this[method](id);
  }
}

@Injectable({ scope: Scope.REQUEST })
class PerRequest extends Decorated {}

@Injectable({ scope: Scope.TRANSIENT })
class Transient extends Decorated {}

@Injectable({ scope: Scope.REQUEST, durable: true })
class Durable extends Decorated {}

@Controller('decorated')
class OnController extends Decorated {}

@Injectable()
class Overriding extends Decorated {
  override async cached(id: string): Promise<number> {
    return super.cached(id);
  }
  override async invalidating(id: string): Promise<string> {
    return super.invalidating(id);
  }
  override async limited(id: string): Promise<string> {
    return super.limited(id);
  }
  override async locked(id: string): Promise<string> {
    return super.locked(id);
  }
}

/** Calls its decorated methods before the application has started. */
@Injectable()
class Early extends Decorated implements OnModuleInit {
  atWork: Promise<readonly boolean[]> | undefined;

  constructor(private readonly moduleRef: ModuleRef) {
    super();
  }

  onModuleInit(): void {
    const app = { get: (type: Type) => this.moduleRef.get<unknown>(type, { strict: false }) };
    const probe = { instance: this, app: app as INestApplicationContext };
    this.atWork = Promise.all(
      DECORATORS.map((decorator) => isAtWork(decorator, { ...probe, id: `early ${decorator}` })),
    );
  }
}

@Injectable()
class Lazy extends Decorated {}
@Module({ providers: [Lazy] })
class LazyModule {}

@Injectable()
class Overridden extends Decorated {}
@Injectable()
class Replaced extends Decorated {}
@Injectable()
class Remade extends Decorated {}

class ByHand extends Decorated {}

const [BY_CLASS, BY_VALUE, BY_FACTORY, BY_PROMISE, BY_ALIAS] = [
  'class',
  'value',
  'factory',
  'promise',
  'alias',
];

/** Gets an instance in each way in which an application can have one. */
const WAYS: Record<string, (app: INestApplication) => Promise<Decorated> | Decorated> = {
  'a provider': (app) => app.get(Plain),
  'a controller': (app) => app.get(OnController),
  useClass: (app) => app.get(BY_CLASS),
  useExisting: (app) => app.get(BY_ALIAS),
  useValue: (app) => app.get(BY_VALUE),
  useFactory: (app) => app.get(BY_FACTORY),
  'an asynchronous useFactory': (app) => app.get(BY_PROMISE),
  'REQUEST scope': (app) => app.resolve(PerRequest, ContextIdFactory.create()),
  'a durable provider': (app) => app.resolve(Durable, ContextIdFactory.create()),
  'TRANSIENT scope': (app) => app.resolve(Transient),
  'a lazy module': async (app) => (await app.get(LazyModuleLoader).load(() => LazyModule)).get(Lazy),
  'ModuleRef.create': (app) => app.get(ModuleRef).create(ByHand),
  'overrideProvider().useClass()': (app) => app.get(Overridden),
  'overrideProvider().useValue()': (app) => app.get(Replaced),
  'overrideProvider().useFactory()': (app) => app.get(Remade),
  'a subclass whose methods call super': (app) => app.get(Overriding),
};

describe('decorated methods', () => {
  let redis: TestRedis;
  let app: INestApplication;

  beforeAll(async () => {
    redis = await startRedis();
    const testing = await Test.createTestingModule({
      imports: [RedisModule.forRoot({ connection: redis.url, namespace: randomUUID() })],
      controllers: [OnController],
      providers: [
        ...[Plain, PerRequest, Durable, Transient, Overriding, Early, Overridden, Replaced, Remade],
        { provide: BY_CLASS, useClass: ByHand },
        { provide: BY_ALIAS, useExisting: Plain },
        { provide: BY_VALUE, useValue: new ByHand() },
        { provide: BY_FACTORY, useFactory: () => new ByHand() },
        { provide: BY_PROMISE, useFactory: async () => Promise.resolve(new ByHand()) },
      ],
    })
      .overrideProvider(Overridden)
      .useClass(ByHand)
      .overrideProvider(Replaced)
      .useValue(new ByHand())
      .overrideProvider(Remade)
      .useFactory({ factory: () => new ByHand() })
      .compile();
    app = testing.createNestApplication({ logger: false });
    await app.init();
  });
  afterAll(async () => {
    await app?.close();
    await redis?.stop();
  });

  describe.each(Object.entries(WAYS))('of an instance from %s', (way, get) => {
    it.each(DECORATORS)('are under %s', async (decorator) => {
      expect(await isAtWork(decorator, { instance: await get(app), app, id: way })).toBe(true);
    });
  });

  it.each(DECORATORS)('are under %s when called by this.method()', async (decorator) => {
    const call: Caller = (instance, method) => (instance as Plain).self(method);
    const instance = app.get(Plain);
    expect(await isAtWork(decorator, { instance, app, id: 'self', call })).toBe(true);
  });

  it('are under all of them in onModuleInit', async () => {
    expect(await app.get(Early).atWork).toEqual([true, true, true, true]);
  });
});
