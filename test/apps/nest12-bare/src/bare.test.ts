import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Injectable, Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { Cached, EmbeddedServerMissingError, RedisHealthIndicator, RedisModule } from 'nestjs-redis-suite';
import { RedisAdminModule } from 'nestjs-redis-suite/admin';
import { startRedis } from 'nestjs-redis-suite/testing';

const NOBODY_LISTENS = 'redis://127.0.0.1:1';

@Injectable()
class Greeter {
  @Cached('1h')
  async greet(name: string): Promise<string> {
    return `Hello ${name}`;
  }
}

@Module({
  imports: [
    RedisModule.forRoot({ connection: NOBODY_LISTENS }),
    RedisAdminModule.forRoot({ allowUnauthenticated: true }),
  ],
  providers: [Greeter],
})
class AppModule {}

test('an application boots, serves and says that Redis is down', async () => {
  const app = await NestFactory.createApplicationContext(AppModule, { logger: false, abortOnError: false });
  assert.equal(await app.get(Greeter).greet('you'), 'Hello you');
  assert.equal((await app.get(RedisHealthIndicator).isHealthy('redis')).redis.status, 'down');
  await app.close();
});

test('the embedded server asks for its package', async () => {
  await assert.rejects(startRedis({ kind: 'embedded' }), EmbeddedServerMissingError);
});
