import { randomUUID } from 'node:crypto';
import type { DynamicModule } from '@nestjs/common';
import type { RateLimitModuleOptions } from '../../src/rate-limit/rate-limit.options.js';
import { RedisModule } from '../../src/redis.module.js';
import type { RedisModuleOptions } from '../../src/redis.options.js';
import type { TestRedis } from '../../src/testing/test-redis.js';
import { PATIENT, PATIENT_CONNECTION } from './rate-limits.js';

/** Makes the module of an application whose limits wait for a busy machine, in a namespace of its own. */
export function patientLimits(
  { url }: TestRedis,
  rateLimit: RateLimitModuleOptions = {},
  rest: RedisModuleOptions = {},
): DynamicModule {
  return RedisModule.forRoot({
    connection: { url, ...PATIENT_CONNECTION },
    namespace: randomUUID(),
    rateLimit: { ...PATIENT, ...rateLimit },
    ...rest,
  });
}
