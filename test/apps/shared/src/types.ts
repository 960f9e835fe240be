// Compiles only where the compiler finds the types of each entry: without them nothing would be an error.
import type { CacheEntryOptions, LockOptions, RedisModuleOptions } from 'nestjs-redis-suite';
import type { RedisAdminOptions } from 'nestjs-redis-suite/admin';
import type { TestRedisOptions } from 'nestjs-redis-suite/testing';

// @ts-expect-error 'hour' is no unit
export const entry: CacheEntryOptions = { ttl: '1 hour' };
// @ts-expect-error there is no such option
export const lock: LockOptions = { timeToLive: '1h' };
// @ts-expect-error an address is a text or an object
export const module: RedisModuleOptions = { connection: 6379 };
// @ts-expect-error guards come in a list
export const admin: RedisAdminOptions = { guards: 'none' };
// @ts-expect-error there are two kinds
export const server: TestRedisOptions = { kind: 'imaginary' };
