import { randomUUID } from 'node:crypto';
import { Injectable, Module, Scope, type INestApplicationContext } from '@nestjs/common';
import { LazyModuleLoader, ModuleRef } from '@nestjs/core';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CacheService } from '../../../src/cache/cache.service.js';
import { Cached } from '../../../src/cache/decorators/cached.decorator.js';
import { startRedis } from '../../../src/testing/start-redis.js';
import type { TestRedis } from '../../../src/testing/test-redis.js';
import { openCacheApp, type CacheAppSetup } from '../../support/cache-app.js';
import { Admins, Users } from '../../support/cached-users.js';

@Injectable({ scope: Scope.REQUEST })
class Requests {
  static runs = 0;
  @Cached({ key: 'requests:{id}' })
  async find(id: number): Promise<number> {
    await Promise.resolve(id);
    return ++Requests.runs;
  }
}

@Injectable({ scope: Scope.TRANSIENT })
class Transients {
  static runs = 0;
  @Cached()
  async find(id: number): Promise<number> {
    await Promise.resolve(id);
    return ++Transients.runs;
  }
}

function sameNamed(answer: string) {
  @Injectable()
  class Twin {
    @Cached()
    async find(): Promise<string> {
      await Promise.resolve();
      return answer;
    }
  }
  return Twin;
}
const [FirstTwin, SecondTwin, LazyTwin, CreatedTwin] = ['first', 'second', 'lazy', 'created'].map(sameNamed);

@Module({ providers: [FirstTwin!] })
class FirstModule {}
@Module({ providers: [SecondTwin!] })
class SecondModule {}
@Module({ providers: [LazyTwin!] })
class LazyModule {}

const FACTORY_MADE = Symbol('factory-made');

describe('@Cached, whoever makes the instance', () => {
  let redis: TestRedis;
  let app: INestApplicationContext;
  const apps: INestApplicationContext[] = [];

  async function open(setup: Omit<CacheAppSetup, 'url'>): Promise<INestApplicationContext> {
    const opened = await openCacheApp({ url: redis.url, ...setup });
    apps.push(opened);
    return opened;
  }

  beforeAll(async () => {
    redis = await startRedis();
    const factory = { provide: FACTORY_MADE, useFactory: () => new Users() };
    const providers = [Users, Admins, Requests, Transients, factory];
    app = await open({ providers, imports: [FirstModule, SecondModule] });
  });
  afterAll(async () => {
    await Promise.all(apps.map((each) => each.close()));
    await redis?.stop();
  });

  it('shares default keys between no two classes', async () => {
    const [users, admins] = [app.get(Users), app.get(Admins)];
    expect(await admins.indirect(99)).not.toBe(await users.find(99));
    expect(await app.get(FirstTwin!).find()).toBe('first');
    expect(await app.get(SecondTwin!).find()).toBe('second');
  });

  it('works in lazy modules and with ModuleRef.create, and tells their classes apart', async () => {
    const lazy = await app.get(LazyModuleLoader).load(() => LazyModule);
    expect(await lazy.get(LazyTwin!).find()).toBe('lazy');
    const created = await app.get(ModuleRef).create(CreatedTwin!);
    expect(await created.find()).toBe('created');
    const AnotherTwin = sameNamed('another');
    const another = await app.get(ModuleRef).create(AnotherTwin);
    await expect(another.find()).rejects.toMatchObject({ code: 'E_OPTIONS_INVALID' });
  });

  it('works in every scope', async () => {
    const [one, two] = [await app.resolve(Requests), await app.resolve(Requests)];
    expect(await one.find(1)).toBe(await two.find(1));
    const [three, four] = [await app.resolve(Transients), await app.resolve(Transients)];
    expect(await three.find(1)).toBe(await four.find(1));
  });

  it('works on what useFactory made', async () => {
    const users = app.get<Users>(FACTORY_MADE);
    expect(await users.find('factory')).toBe(await users.find('factory'));
  });

  it('serves two applications in one process, each its own cache', async () => {
    const other = await open({ providers: [Users] });
    expect(await other.get(Users).find('app')).toBe('string app 1');
    expect(await app.get(Users).find('app')).toBe(await app.get(Users).find('app'));
    expect(other.get(CacheService).stats().hits).toBe(0);
  });

  it('just runs the method outside a container', async () => {
    const users = new Users();
    expect([await users.find(1), await users.find(1)]).toEqual(['number 1 1', 'number 1 2']);
    expect(await users.update(1)).toEqual({ id: 1 });
  });

  it('just runs the method when the cache is off, but still invalidates', async () => {
    const namespace = randomUUID();
    const [on, off] = [
      await open({ providers: [Users], namespace }),
      await open({ providers: [Users], namespace, cache: { enabled: false } }),
    ];
    const first = await on.get(Users).byId(5);
    expect(await off.get(Users).byId(5)).toEqual({ id: 5, run: 1 });
    expect(await off.get(Users).byId(5)).toEqual({ id: 5, run: 2 });
    expect(await off.get(CacheService).has('user:5')).toBe(false);
    await off.get(Users).update(5);
    expect(await on.get(Users).byId(5)).not.toEqual(first);
  });

  it('refuses a request-scoped class without a key, and two classes of one name in one module', async () => {
    @Injectable({ scope: Scope.REQUEST })
    class Tenant {
      @Cached()
      async settings(): Promise<number> {
        return Promise.resolve(1);
      }
    }
    const twins = [sameNamed('a'), sameNamed('b')];
    await expect(open({ providers: [Tenant, ...twins] })).rejects.toThrow(
      /Tenant\.settings: is @Cached in a request-scoped class[^]*RootTestModule\.Twin: is the name of two classes/,
    );
  });
});
