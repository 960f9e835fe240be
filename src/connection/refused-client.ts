import { Redis } from 'ioredis';
import { RedisUnsupportedError } from './connection.errors.js';

/**
 * Stands where the raw client of a connection over REST would be, which has none: whatever of a client is used of it
 * throws the reason.
 *
 * @internal
 */
export function refusedClient(connection: string): object {
  return new Proxy(
    {},
    {
      get(target, member) {
        // Nest and others look for members of their own, on whatever they are given.
        const isOfClients = member in Redis.prototype && !(member in Object.prototype);
        if (isOfClients) throw new RedisUnsupportedError(connection, 'give a raw client');
        return Reflect.get(target, member) as unknown;
      },
    },
  );
}
