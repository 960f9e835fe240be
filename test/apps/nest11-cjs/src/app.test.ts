import { NestFactory } from '@nestjs/core';
import { startRedis } from 'nestjs-redis-suite/testing';
import { checkShop } from './check-shop.js';

checkShop({
  async server() {
    const redis = await startRedis();
    return { connection: redis.url, stop: () => redis.stop() };
  },
  create: (module) => NestFactory.create(module, { logger: false, abortOnError: false }),
});
