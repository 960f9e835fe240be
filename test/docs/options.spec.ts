import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { resolveCacheOptions } from '../../src/cache/cache.options.js';
import { resolveSettings } from '../../src/connection/connection-settings.js';
import { resolveLockOptions } from '../../src/lock/lock.options.js';
import { resolveRateLimitOptions } from '../../src/rate-limit/rate-limit.options.js';
import { resolveRedisOptions, type RedisModuleOptions } from '../../src/redis.options.js';

/**
 * The page is written from the comments (`npm run docs:options`, checked by `npm run lint`); this ties the comments to
 * what the resolvers do: giving an option its documented default must change nothing. Seen to fail: with another default
 * in a comment, and with another in a resolver.
 */

type Raw = Record<string, unknown>;

const BASE: RedisModuleOptions = { connection: 'redis://localhost' };
const RESOLVERS: Record<string, (raw: Raw) => unknown> = {
  cache: resolveCacheOptions,
  connectionDefaults: (raw) => resolveSettings(raw),
  lock: resolveLockOptions,
  rateLimit: resolveRateLimitOptions,
};

function documented(): { path: string; fallback: string }[] {
  const rows = readFileSync('docs/options.md', 'utf8')
    .split('\n')
    .filter((line) => line.startsWith('| `'));
  return rows.map((row) => {
    const [path, , fallback] = row
      .split(/(?<!\\)\|/)
      .slice(1, -1)
      .map((cell) => cell.trim());
    return { path: path!.replaceAll('`', ''), fallback: fallback! };
  });
}

/** Rules of a policy have their defaults where they are used, not where the module's options are resolved. */
const LITERALS = documented().filter(
  ({ path, fallback }) =>
    /^('[\w-]+'|\d+|true|false)$/.test(fallback) && !/^rateLimit\.(default|policies)\./.test(path),
);

function nested(path: readonly string[], value: unknown): Raw {
  return path.reduceRight<unknown>((inner, name) => ({ [name]: inner }), value) as Raw;
}

describe('docs/options.md', () => {
  it('has the options of every wing', () => {
    const wings = new Set(documented().map(({ path }) => path.split('.')[0]));
    expect([...wings]).toEqual(
      expect.arrayContaining([...Object.keys(RESOLVERS), 'connection', 'namespace']),
    );
    expect(LITERALS.length).toBeGreaterThan(12);
  });

  it.each(LITERALS)('tells the truth about $path', ({ path, fallback }) => {
    const value: unknown = JSON.parse(fallback.replaceAll("'", '"'));
    const [wing, ...rest] = path.split('.') as [string, ...string[]];
    const resolve = RESOLVERS[wing];
    if (resolve === undefined)
      expect(resolveRedisOptions({ ...BASE, [wing]: value })).toEqual(resolveRedisOptions(BASE));
    else expect(resolve(nested(rest, value))).toEqual(resolve({}));
  });
});
