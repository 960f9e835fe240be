// One application of http.mjs, in a process of its own: a route behind the guard that its arguments name, or behind none.
//   node --import ./test/support/typescript.mjs bench/rate-limit/http-app.mjs <Fastify | Express> <guard> <redis url>
// It tells its parent the port, and, whenever asked, the processor time it has taken, in microseconds: all of it, and
// without what the system did for it.
import 'reflect-metadata';
import { randomUUID } from 'node:crypto';
import { Controller, Get, HttpException, Module } from '@nestjs/common';
import { APP_GUARD, NestFactory } from '@nestjs/core';

const [platform, guard, url] = process.argv.slice(2);
const AMPLE = 1_000_000_000;
const WINDOW_MS = 3_600_000;

class Hello {
  hello() {
    return { hello: 'world' };
  }
}
Controller()(Hello);
Get()(Hello.prototype, 'hello', Object.getOwnPropertyDescriptor(Hello.prototype, 'hello'));

async function ours(limit, algorithm = 'sliding-window') {
  const { RedisModule } = await import('../../src/redis.module.ts');
  const { RateLimitGuard } = await import('../../src/rate-limit/calls/rate-limit.guard.ts');
  const rateLimit = { default: { limit, window: WINDOW_MS, algorithm }, decisionTimeout: '10s' };
  return {
    imports: [RedisModule.forRoot({ connection: url, namespace: randomUUID(), rateLimit })],
    providers: [{ provide: APP_GUARD, useClass: RateLimitGuard }],
  };
}

async function throttler(limit) {
  const { ThrottlerGuard, ThrottlerModule } = await import('@nestjs/throttler');
  const { ThrottlerStorageRedisService } = await import('@nest-lab/throttler-storage-redis');
  const { Redis } = await import('ioredis');
  const storage = new ThrottlerStorageRedisService(new Redis(url, { db: limit === 1 ? 1 : 2 }));
  return {
    imports: [ThrottlerModule.forRoot({ throttlers: [{ limit, ttl: WINDOW_MS }], storage })],
    providers: [{ provide: APP_GUARD, useClass: ThrottlerGuard }],
  };
}

/** Refuses everything with one exception for all, without a header: the least that a refusal costs in Nest. */
function shared() {
  const refusal = new HttpException({ statusCode: 429, message: 'Too many requests' }, 429);
  const guard = {
    canActivate() {
      throw refusal;
    },
  };
  return { providers: [{ provide: APP_GUARD, useValue: guard }] };
}

const GUARDS = {
  none: async () => ({}),
  'ours, allowed': () => ours(AMPLE),
  'ours, allowed, fixed window': () => ours(AMPLE, 'fixed-window'),
  'ours, denied': () => ours(1),
  'one shared exception, denied': async () => shared(),
  'throttler, allowed': () => throttler(AMPLE),
  'throttler, denied': () => throttler(1),
};

class App {}
Module({ controllers: [Hello], ...(await GUARDS[guard]()) })(App);

async function adapter() {
  if (platform === 'Fastify') return new (await import('@nestjs/platform-fastify')).FastifyAdapter();
  return new (await import('@nestjs/platform-express')).ExpressAdapter();
}

const app = await NestFactory.create(App, await adapter(), { logger: ['error'] });
await app.listen(0, '127.0.0.1');
process.on('message', () => {
  const { user, system } = process.cpuUsage();
  process.send({ cpuUs: user + system, userUs: user });
});
process.on('disconnect', () => process.exit());
process.send({ port: app.getHttpServer().address().port });
