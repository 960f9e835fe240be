import { Inject } from '@nestjs/common';

/** Is the name of the connection for data that may be evicted. @publicApi */
export const CACHE_CONNECTION = 'cache';

/** Is the name of the connection for data that must not be evicted: locks, limits, sessions and their like. @publicApi */
export const STATE_CONNECTION = 'state';

/** Is the token of the application's `Clock`. @internal */
export const CLOCK = Symbol.for('nestjs-redis-suite:clock');

const CLIENT_TOKENS = 'nestjs-redis-suite:client:';

/** Returns the token under which the raw client of a connection is provided. @publicApi */
export function getRedisToken(name: string = CACHE_CONNECTION): string {
  return CLIENT_TOKENS + name;
}

/** Returns the connection whose raw client is provided under a token. @returns null when it is no such token. @internal */
export function connectionOfRedisToken(token: unknown): string | null {
  return typeof token === 'string' && token.startsWith(CLIENT_TOKENS)
    ? token.slice(CLIENT_TOKENS.length)
    : null;
}

/** Returns the token under which the gateway of a connection is provided. @internal */
export function getGatewayToken(name: string): string {
  return `nestjs-redis-suite:gateway:${name}`;
}

/**
 * Injects the raw ioredis client of a connection, with this library's time limits already set.
 *
 * @param name `'cache'`, `'state'` or a connection of your own. @default 'cache'
 * @example
 * ```ts
 * constructor(@InjectRedis() private readonly redis: Redis) {}
 * ```
 * @publicApi
 */
export function InjectRedis(name: string = CACHE_CONNECTION): PropertyDecorator & ParameterDecorator {
  return Inject(getRedisToken(name));
}

/** Injects the gateway of a connection. @internal */
export function InjectGateway(name: string): PropertyDecorator & ParameterDecorator {
  return Inject(getGatewayToken(name));
}

/** Injects the application's clock. @internal */
export function InjectClock(): PropertyDecorator & ParameterDecorator {
  return Inject(CLOCK);
}
