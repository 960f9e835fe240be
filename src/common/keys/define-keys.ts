import type { Duration } from '../duration.js';
import { InvalidOptionsError } from '../errors.js';
import type { KeyBuilder } from './key-builder.js';
import type {
  CheckedKeyDefinitions,
  DefineKeysOptions,
  KeyDefinitions,
  KeyParameter,
} from './key-definition.js';
import type { KeyFamily } from './key-families.js';
import { findKeyProblems } from './key-definition-check.js';
import { makeKeyBuilder } from './make-key-builder.js';

type ParamsOf<D> = D extends { readonly params: infer P extends readonly KeyParameter[] } ? P : readonly [];
type TtlOf<D> = D extends { readonly ttl: infer T extends Duration } ? T : undefined;

/** Is a registry of typed key builders by family and name. @publicApi */
export type KeyRegistry<D extends KeyDefinitions = KeyDefinitions> = {
  readonly [F in keyof D & KeyFamily]: {
    readonly [N in keyof D[F] & string]: KeyBuilder<F, N, ParamsOf<D[F][N]>, TtlOf<D[F][N]>>;
  };
};

/**
 * Defines the keys of an application in one place and returns a typed builder for each.
 *
 * Ids stay parts of their own whatever they hold: `('a:b', 'c')` and `('a', 'b:c')` never meet, and no id becomes a
 * wildcard or chooses a Cluster slot. Keys of one name take the same ids; the name is the first part of the key.
 *
 * @throws {InvalidOptionsError} listing every definition that cannot be used.
 * @see describeKeys for the list behind a page of documentation.
 * @example
 * const keys = defineKeys(
 *   {
 *     cache: { user: { params: ['id'], ttl: '1h' } },
 *     code: { reset: { params: [{ name: 'email', personal: true }], ttl: '15m' } },
 *   },
 *   { secret: () => process.env.APP_SECRET ?? '' },
 * );
 * await cache.getOrSet(keys.cache.user(7), load, { ttl: keys.cache.user.ttl });
 * await cache.deletePattern(keys.cache.user.pattern());
 *
 * @publicApi
 */
export function defineKeys<const D extends KeyDefinitions>(
  definitions: D & CheckedKeyDefinitions<D>,
  options: DefineKeysOptions = {},
): KeyRegistry<D> {
  const problems = findKeyProblems(definitions, options);
  if (problems.length > 0) throw new InvalidOptionsError('defineKeys', problems);
  const { secret = '' } = options;
  const sign = typeof secret === 'function' ? secret : () => secret;
  return mapEntries(definitions, (family, byName) =>
    mapEntries(byName, (name, definition) =>
      makeKeyBuilder({ ...definition, family: family as KeyFamily, name, secret: sign }),
    ),
  ) as KeyRegistry<D>;
}

function mapEntries<V, R>(
  record: Readonly<Record<string, V>>,
  map: (key: string, value: V) => R,
): Record<string, R> {
  return Object.fromEntries(Object.entries(record).map(([key, value]) => [key, map(key, value)]));
}
