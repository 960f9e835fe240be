import type { DecoratedMethod } from '../../common/decorated-method.js';
import type { CacheKey } from '../../common/keys/cache-key.js';
import { compileTemplate } from '../../common/keys/key-template.js';
import { makeAll } from '../../common/make-all.js';
import type { AnyMethod } from '../../common/method-wrapper.js';
import { assertOptions } from '../../common/option-validation.js';
import { parameterNames } from '../../common/parameter-names.js';
import { compileEntity, type EntityMaker } from './entity-templates.js';
import type { CacheStorageOptions } from '../entry/entry-options.js';
import { CachedOptionRules, type CachedOptions } from './cached-options.js';
import { refuseUncacheableParameters } from './route-parameters.js';
import { refuseSharedSymbol } from './shared-symbol.js';
import { compileTags } from './tag-templates.js';

/** Is the key of the metadata that `@Cached` puts on a method: its `CachedMethod`. @internal */
export const CACHED_METADATA = Symbol.for('nestjs-redis-suite:cached');

type Args = readonly unknown[];

/** Is a method with `@Cached`, its options made ready for calls. @internal */
export interface CachedMethod {
  /** Is the prototype that declares the method. */
  readonly target: object;
  readonly methodName: string;
  /** Is `Class.method`. */
  readonly label: string;
  /** Names the cache in statistics. */
  readonly name: string;
  /** Makes the explicit key; null when there is none. */
  readonly key: ((args: Args) => CacheKey) | null;
  readonly tags: (args: Args) => readonly string[];
  /** Is the instance of an entity that the entry belongs to; null when there is none. */
  readonly entity: EntityMaker | null;
  readonly condition: ((...args: Args) => boolean) | undefined;
  readonly unless: ((result: unknown, ...args: Args) => boolean) | undefined;
  readonly storage: CacheStorageOptions;
}

/**
 * Makes the options of `@Cached` ready for calls.
 *
 * @throws {InvalidOptionsError} when one is bad or the method cannot be cached.
 * @internal
 */
export function createCachedMethod(decorated: DecoratedMethod, options: CachedOptions): CachedMethod {
  const { target, label } = decorated;
  const where = `@Cached on ${label}`;
  assertOptions(CachedOptionRules, options, where);
  refuseUncacheableParameters(decorated, { where, hasKey: options.key !== undefined });
  if (options.key === undefined) refuseSharedSymbol(decorated, where);
  const { key, name = label, tags = [], entity, condition, unless, ...storage } = options;
  const parameters = parameterNames(decorated.descriptor.value as AnyMethod);
  const [makeKey, makeTags, makeEntity] = makeAll(where, [
    () => compileKey(key, { where, option: 'key', parameters }),
    () => compileTags(tags, { where, option: 'tags', parameters }),
    () => compileEntity(entity, { where, parameters }),
  ]);
  return Object.freeze({
    target,
    methodName: String(decorated.key),
    label,
    name,
    key: makeKey,
    tags: makeTags,
    entity: makeEntity,
    condition: condition as CachedMethod['condition'],
    unless: unless as CachedMethod['unless'],
    storage,
  });
}

function compileKey(
  key: CachedOptions['key'],
  context: Parameters<typeof compileTemplate>[1],
): CachedMethod['key'] {
  if (key === undefined) return null;
  if (typeof key === 'string') return compileTemplate(key, context);
  const makeKey = key as (...args: Args) => CacheKey;
  return (args) => makeKey(...args);
}
