import { NestFactory } from '@nestjs/core';
import { checkShop } from './check-shop.js';

checkShop({
  server: async () => ({ connection: { embedded: true } }),
  create: (module) => NestFactory.create(module, { logger: false, abortOnError: false }),
});
