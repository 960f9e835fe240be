import { randomUUID } from 'node:crypto';
import type { INestApplicationContext, ModuleMetadata } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import type { CacheModuleOptions } from '../../src/cache/cache.options.js';
import { RedisModule } from '../../src/redis.module.js';

export interface CacheAppSetup extends ModuleMetadata {
  readonly url: string;
  readonly namespace?: string;
  readonly cache?: CacheModuleOptions;
}

/** Boots an application with the cache, in a namespace of its own unless one is given. */
export async function openCacheApp({
  url,
  namespace = randomUUID(),
  cache = {},
  ...metadata
}: CacheAppSetup): Promise<INestApplicationContext> {
  const suite = RedisModule.forRoot({ connection: { url }, namespace, cache });
  const testing = await Test.createTestingModule({
    ...metadata,
    imports: [suite, ...(metadata.imports ?? [])],
  }).compile();
  testing.useLogger(false);
  return testing.init();
}
