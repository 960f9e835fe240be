/** Is an application under load that is told to end: it says at its very end which requests it took on. */
import 'reflect-metadata';
import type { Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';
import { Controller, Get, Injectable, Module, Param, ShutdownSignal } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { ExpressAdapter } from '@nestjs/platform-express';
import { FastifyAdapter } from '@nestjs/platform-fastify';
import { Cached } from '../../src/cache/decorators/cached.decorator.js';
import { LockService } from '../../src/lock/lock.service.js';
import { WithLock } from '../../src/lock/with-lock.decorator.js';
import { RateLimit } from '../../src/rate-limit/calls/rate-limit.decorator.js';
import { RedisModule } from '../../src/redis.module.js';

const [, , platform, connection = '', namespace = ''] = process.argv;
const taken: string[] = [];

@Injectable()
class Desk {
  @WithLock('desk:{0}', { wait: '5s' })
  async serve(id: number): Promise<number> {
    await pause(20);
    return id;
  }

  @Cached({ key: 'item:{0}', ttl: 50 })
  async find(id: number): Promise<number> {
    await pause(20);
    return id;
  }
}

@Controller()
class ShopController {
  constructor(private readonly desk: Desk) {}

  @Get(':id')
  @RateLimit({ limit: 1_000_000, window: '1m' })
  async buy(@Param('id') id: string): Promise<string> {
    taken.push(id);
    await this.desk.find(Number(id) % 7);
    await pause(30);
    await this.desk.serve(Number(id) % 3);
    return id;
  }
}

@Module({
  imports: [RedisModule.forRoot({ connection, namespace })],
  controllers: [ShopController],
  providers: [Desk],
})
class AppModule {}

const adapter = platform === 'Express' ? new ExpressAdapter() : new FastifyAdapter();
const app = await NestFactory.create(AppModule, adapter, { logger: ['warn', 'error', 'fatal'] });
app.enableShutdownHooks([ShutdownSignal.SIGTERM], { useProcessExit: true });
const server = (await app.listen(0, '127.0.0.1')) as Server;
await app.get(LockService).acquire('held to the end');
process.on('exit', () => process.send?.({ taken }));
process.send?.({ port: (server.address() as AddressInfo).port });
