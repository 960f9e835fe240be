import { randomUUID } from 'node:crypto';
import {
  Controller,
  Get,
  Injectable,
  Param,
  Scope,
  SetMetadata,
  type INestApplication,
} from '@nestjs/common';
import { ContextIdFactory, ModuleRef } from '@nestjs/core';
import { Test } from '@nestjs/testing';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Redis } from 'ioredis';
import request from 'supertest';
import type { App } from 'supertest/types.js';
import { SuiteEvents } from '../../../src/common/events.js';
import { getRedisToken } from '../../../src/connection/connection.tokens.js';
import { currentLock } from '../../../src/lock/lock-context.js';
import { LockBusyError, LockContextError, LockTimeoutError } from '../../../src/lock/lock.errors.js';
import type { Lock } from '../../../src/lock/lock.js';
import { LockService } from '../../../src/lock/lock.service.js';
import { WithLock } from '../../../src/lock/with-lock.decorator.js';
import { RedisModule } from '../../../src/redis.module.js';
import { startRedis } from '../../../src/testing/start-redis.js';
import type { TestRedis } from '../../../src/testing/test-redis.js';

@Injectable()
class Inventory {
  static inside = 0;
  static most = 0;
  static runs = 0;

  @WithLock('inventory:{id}')
  async reserve(id: string, work: (id: string) => unknown = () => undefined): Promise<Lock> {
    Inventory.most = Math.max(Inventory.most, ++Inventory.inside);
    await new Promise((resolve) => setTimeout(resolve, 5));
    await work(id);
    Inventory.inside--;
    return currentLock();
  }

  @WithLock((id: string) => `inventory:${id}`, { onBusy: 'throw' })
  async throwing(id: string): Promise<string> {
    return id;
  }

  @WithLock('inventory:{0}', { onBusy: 'skip' })
  async skipping(id: string, fails = false): Promise<string> {
    Inventory.runs++;
    if (fails) throw new LockBusyError('another');
    return id;
  }

  @WithLock('inventory:{0}', { onBusy: 'skip', wait: 20 })
  async skippingLater(id: string): Promise<string> {
    return id;
  }

  @WithLock('inventory:{0}', { wait: 20 })
  async impatient(id: string): Promise<string> {
    return id;
  }

  @WithLock(['account:{from}', 'account:{to}'], { wait: false })
  async transfer(from: string, to: string): Promise<string[]> {
    await Promise.resolve([from, to]);
    return [...currentLock().fences.keys()];
  }

  @WithLock((ids: string[]) => ids.map((id) => `account:${id}`))
  async close(ids: string[]): Promise<string> {
    await Promise.resolve(ids);
    return currentLock().resource;
  }

  @WithLock('inventory:{id}', { reentrant: true })
  async again(id: string): Promise<number> {
    return id === '' ? 0 : Promise.resolve(currentLock().depth);
  }

  @WithLock('inventory:{id}')
  async nested(id: string): Promise<number> {
    return this.again(id);
  }

  async twice(id: string): Promise<Lock> {
    return this.reserve(id);
  }
}

@Injectable()
class SubInventory extends Inventory {
  override async reserve(id: string): Promise<Lock> {
    return super.reserve(`sub-${id}`);
  }
}

@Injectable({ scope: Scope.REQUEST })
class RequestInventory {
  @WithLock('request:{id}')
  async reserve(id: string): Promise<string> {
    await Promise.resolve(id);
    return currentLock().resource;
  }
}

@Controller('inventory')
class InventoryController {
  @Get(':id')
  @WithLock('http:{id}', { onBusy: 'throw' })
  @SetMetadata('role', 'clerk')
  async read(@Param('id') id: string): Promise<{ id: string; resource: string }> {
    await Promise.resolve(id);
    return { id, resource: currentLock().resource };
  }
}

describe('@WithLock', () => {
  let redis: TestRedis;
  const apps: INestApplication<App>[] = [];
  const namespace = randomUUID();

  async function start(): Promise<INestApplication<App>> {
    const testing = await Test.createTestingModule({
      imports: [RedisModule.forRoot({ connection: redis.url, namespace })],
      providers: [Inventory, SubInventory, RequestInventory],
      controllers: [InventoryController],
    }).compile();
    const app = testing.createNestApplication<INestApplication<App>>();
    await app.init();
    apps.push(app);
    return app;
  }

  beforeAll(async () => {
    redis = await startRedis();
    await start();
    await start();
  });
  afterAll(async () => {
    await Promise.all(apps.map((app) => app.close()));
    await redis?.stop();
  });

  const app = (index = 0) => apps[index]!;
  const locks = () => app(1).get(LockService);

  it('lets one call at a time run, over all applications', async () => {
    const calls = [0, 1, 0, 1, 0, 1].map((index) => app(index).get(Inventory).reserve('1'));
    const fences = (await Promise.all(calls)).map(({ fence }) => fence);
    expect(Inventory.most).toBe(1);
    expect(new Set(fences).size).toBe(6);
  });

  it('lets calls for different things run side by side, and covers calls by this', async () => {
    const inventory = app().get(Inventory);
    await using _ = await locks().acquire('inventory:a');
    expect((await inventory.twice('b')).resource).toBe('inventory:b');
  });

  it('locks several things at once', async () => {
    const inventory = app().get(Inventory);
    expect(await inventory.transfer('a', 'b')).toEqual(['account:a', 'account:b']);
    expect(await inventory.close(['c', 'd', 'c'])).toBe('account:c, account:d');
    await using _ = await locks().acquire('account:b');
    await expect(inventory.transfer('a', 'b')).rejects.toThrow("'account:a, account:b' is held");
    await expect(inventory.transfer('a', '')).rejects.toMatchObject({ code: 'E_KEY_INVALID' });
    expect(await locks().inspect('account:a')).toBeNull();
  });

  it('lets a method in again that asks for it', async () => {
    expect(await app().get(Inventory).nested('10')).toBe(2);
    expect(await app().get(Inventory).again('10')).toBe(1);
  });

  it('gives the lock back when the method throws', async () => {
    const failure = new Error('out of stock');
    const failing = app()
      .get(Inventory)
      .reserve('2', () => Promise.reject(failure));
    await expect(failing).rejects.toBe(failure);
    Inventory.inside = 0;
    expect(await locks().inspect('inventory:2')).toBeNull();
  });

  it('throws, skips, or gives up when the lock is held, as told', async () => {
    const inventory = app().get(Inventory);
    await using _ = await locks().acquire('inventory:3');
    const skipped: string[] = [];
    const stop = app()
      .get(SuiteEvents)
      .on('lock:skipped', ({ method }) => skipped.push(method));
    await expect(inventory.throwing('3')).rejects.toThrow(LockBusyError);
    await expect(inventory.impatient('3')).rejects.toThrow(LockTimeoutError);
    expect(await inventory.skipping('3')).toBeUndefined();
    expect(await inventory.skippingLater('3')).toBeUndefined();
    expect(Inventory.runs).toBe(0);
    stop();
    expect(skipped).toEqual(['Inventory.skipping', 'Inventory.skippingLater']);
    expect(await inventory.skipping('4')).toBe('4');
  });

  it('does not take an error of the method for its own', async () => {
    await expect(app().get(Inventory).skipping('5', true)).rejects.toMatchObject({ resource: 'another' });
  });

  it('keeps values apart that hold a separator', async () => {
    const inventory = app().get(Inventory);
    const { resource } = await inventory.reserve('a:b');
    await using _ = await locks().acquire('inventory:a:b');
    expect((await inventory.reserve('a:b')).resource).toBe(resource);
    await expect(inventory.reserve('')).rejects.toMatchObject({ code: 'E_KEY_INVALID' });
    await expect(inventory.reserve(undefined as never)).rejects.toMatchObject({ code: 'E_KEY_INVALID' });
  });

  it('works on controllers, beside other decorators, and answers 409 when busy', async () => {
    await request(app().getHttpServer()).get('/inventory/7').expect(200, { id: '7', resource: 'http:7' });
    expect(Reflect.getMetadata('role', InventoryController.prototype.read)).toBe('clerk');
    await using _ = await locks().acquire('http:7');
    await request(app().getHttpServer()).get('/inventory/7').expect(409);
  });

  it('answers 503 while the server takes no writes, and runs nothing', async () => {
    const http = request(app().getHttpServer());
    const configure = (replicas: number) =>
      app().get<Redis>(getRedisToken()).call('CONFIG', 'SET', 'min-replicas-to-write', replicas);
    await configure(1);
    try {
      const { body } = await http.get('/inventory/8').expect(503);
      expect(body).toMatchObject({ code: 'E_REDIS_REPLY' });
    } finally {
      await configure(0);
    }
    await http.get('/inventory/8').expect(200);
  });

  it('works in request scope, in subclasses, and for instances made by ModuleRef', async () => {
    const module = app().get(ModuleRef);
    const scoped = await module.resolve(RequestInventory, ContextIdFactory.create(), { strict: false });
    expect(await scoped.reserve('8')).toBe('request:8');
    expect((await app().get(SubInventory).reserve('8')).resource).toBe('inventory:sub-8');
    expect((await (await module.create(Inventory)).reserve('8')).resource).toBe('inventory:8');
  });

  it('fails clearly outside a container', async () => {
    const call = new Inventory().reserve('9');
    await expect(call).rejects.toThrow(LockContextError);
    await expect(call).rejects.toThrow(
      'Inventory.reserve is under @WithLock, but its instance belongs to no',
    );
    expect(() => currentLock()).toThrow(LockContextError);
  });

  it.each([
    [() => WithLock('inventory:{sku}'), "no parameter 'sku'"],
    [() => WithLock('inventory:{3}'), 'takes 1 parameter; {0} is the first'],
    [() => WithLock(42 as never), 'must be a template'],
    [() => WithLock([]), 'must be a template'],
    [() => WithLock(['inventory', 'stock:{sku}']), "no parameter 'sku'"],
    [() => WithLock('inventory', { atLeastFor: '2s', atMostFor: '1s' }), "no longer than 'atMostFor'"],
    [() => WithLock('inventory', { ttl: '1 hour' as never }), 'ttl: must be'],
    [() => WithLock('inventory', { ttl: 1 }), "ttl: must be from '10ms' to '1d'"],
    [() => WithLock('inventory', { onBusy: 'ignore' as never }), 'onBusy: must be'],
    [() => WithLock('inventory', { retries: 3 } as never), 'retries: is no option'],
  ])('refuses at class definition what cannot work (%#)', (decorator, message) => {
    const define = () => {
      class Refused {
        async method(id: string): Promise<void> {
          await Promise.resolve(id);
        }
      }
      const descriptor = Object.getOwnPropertyDescriptor(Refused.prototype, 'method')!;
      decorator()(Refused.prototype, 'method', descriptor);
    };
    expect(define).toThrow(message);
    expect(define).toThrow('@WithLock on Refused.method');
  });

  it('gives back what is held when the application closes, before its connection does', async () => {
    const leaving = await start();
    const lock = await leaving.get(LockService).acquire('shutdown');
    await leaving.close();
    expect(lock.signal.reason).toMatchObject({ reason: 'shutdown' });
    await using next = await locks().acquire('shutdown', { wait: false });
    expect(next.fence).toBeGreaterThan(lock.fence);
  });
});
