import type { DecoratedMethod } from '../../common/decorated-method.js';
import { InvalidOptionsError } from '../../common/errors.js';
import type { CacheKey } from '../../common/keys/cache-key.js';
import { compilePatternTemplate, compileTemplate } from '../../common/keys/key-template.js';
import type { TemplateContext } from '../../common/keys/template-parser.js';
import { makeAll } from '../../common/make-all.js';
import type { AnyMethod } from '../../common/method-wrapper.js';
import { assertOptions } from '../../common/option-validation.js';
import { parameterNames } from '../../common/parameter-names.js';
import { InvalidateCacheRules, type InvalidateCacheOptions } from '../decorators/invalidate-cache-options.js';
import type { EntityAction } from '../entity/entity.options.js';
import { compileEntity, type EntityMaker } from '../decorators/entity-templates.js';
import { compileTags, type TagMaker } from '../decorators/tag-templates.js';

/** Is the key of the metadata that `@InvalidateCache` puts on a method: an `InvalidationPlan` for each of them. @internal */
export const INVALIDATE_CACHE_METADATA = Symbol.for('nestjs-redis-suite:invalidate-cache');

type Args = readonly unknown[];

/** Says what a method with `@InvalidateCache` invalidates, made ready for calls. @internal */
export interface InvalidationPlan {
  /** Is `Class.method`. */
  readonly label: string;
  readonly when: 'after' | 'before';
  readonly keys: (args: Args, result?: unknown) => readonly CacheKey[];
  readonly tags: TagMaker;
  readonly entity: EntityMaker | null;
  readonly action: EntityAction;
  readonly patterns: (args: Args, result?: unknown) => readonly string[];
}

/**
 * Makes the options of `@InvalidateCache` ready for calls.
 *
 * @throws {InvalidOptionsError} when one is bad.
 * @internal
 */
export function createInvalidationPlan(
  decorated: DecoratedMethod,
  options: InvalidateCacheOptions,
): InvalidationPlan {
  const { label } = decorated;
  const where = `@InvalidateCache on ${label}`;
  assertOptions(InvalidateCacheRules, options, where);
  const { keys, tags, entity, action = 'update', patterns, when = 'after' } = options;
  if ([keys, tags, entity, patterns].every((what) => what === undefined)) {
    throw new InvalidOptionsError(where, [
      { path: 'keys', message: 'or tags, entity or patterns must say what to invalidate' },
    ]);
  }
  const base = {
    where,
    parameters: parameterNames(decorated.descriptor.value as AnyMethod),
    allowResult: when === 'after',
  };
  const [makeKeys, makeTags, makeEntity, makePatterns] = makeAll(where, [
    () => compileKeys(keys ?? [], { ...base, option: 'keys' }),
    () => compileTags(tags ?? [], { ...base, option: 'tags' }),
    () => compileEntity(entity, base),
    () => compilePatterns(patterns ?? [], { ...base, option: 'patterns' }),
  ]);
  return Object.freeze({
    label,
    when,
    keys: makeKeys,
    tags: makeTags,
    entity: makeEntity,
    action,
    patterns: makePatterns,
  });
}

function compileKeys(
  keys: NonNullable<InvalidateCacheOptions['keys']>,
  context: TemplateContext,
): InvalidationPlan['keys'] {
  if (typeof keys === 'function') {
    const makeKeys = keys as (...args: Args) => readonly CacheKey[];
    return (args) => makeKeys(...args);
  }
  const templates = makeAll(
    context.where,
    keys.map((key) => () => compileTemplate(key, context)),
  );
  return (args, result) => templates.map((template) => template(args, result));
}

function compilePatterns(
  patterns: readonly string[],
  context: TemplateContext,
): InvalidationPlan['patterns'] {
  const templates = makeAll(
    context.where,
    patterns.map((pattern) => () => compilePatternTemplate(pattern, context)),
  );
  return (args, result) => templates.map((template) => template(args, result));
}
