import type { CacheKey } from '../../common/keys/cache-key.js';
import { IsCallable, IsText, rule } from '../../common/option-rules.js';
import type { EntityId } from '../entity/entity.options.js';
import { CacheStorageOptions } from '../entry/entry-options.js';

/** Is an entity in the options of a decorator: its name, and a template or a function for the id. @internal */
export type EntityTemplate = readonly [name: string, id: string | ((...args: never[]) => EntityId)];

/**
 * Configures `@Cached`; its functions take the method's parameters.
 *
 * @publicApi
 */
export interface CachedOptions<Args extends unknown[] = never[], Result = never> extends CacheStorageOptions {
  /**
   * Names the entry: a template such as `'user:{0}'`, `'user:{id}'` or `'user:{0.id}'`, or a function.
   * @default the class, the method and all arguments, by type and structure
   */
  key?: string | ((...args: Args) => CacheKey);
  /** Names the cache in statistics and events. @default `Class.method` */
  name?: string;
  /** Are the entry's tags: templates, or a function. @default [] */
  tags?: readonly string[] | ((...args: Args) => readonly string[]);
  /**
   * Ties the entry to an instance of an entity, which gives it a ttl and a tag: `['user', '{id}']`, or with a function
   * for the id. @default none
   */
  entity?: readonly [name: string, id: string | ((...args: Args) => EntityId)];
  /** Says, before the call, whether the cache is used for it. @default always */
  condition?: (...args: Args) => boolean;
  /** Says, from the result, whether it is left out of the cache. @default never */
  unless?: (result: Result, ...args: Args) => boolean;
}

/** Accepts the name of an entity with a template or a function for the id. @internal */
export const IsEntityTemplate = (): PropertyDecorator =>
  rule({
    name: 'isEntity',
    mustBe: "the name of an entity and its id, a template or a function: ['user', '{id}']",
    accepts: (value) =>
      Array.isArray(value) &&
      value.length === 2 &&
      typeof value[0] === 'string' &&
      isTemplateOrFunction(value[1]),
  });

/** Are the rules for what the types cannot see. @internal */
export class CachedOptionRules extends CacheStorageOptions {
  @rule({
    name: 'isKey',
    mustBe: "a template such as 'user:{0}' or a function",
    accepts: isTemplateOrFunction,
  })
  key?: unknown;

  @IsText(/\S/, 'a text that is not empty')
  name?: string;

  @rule({ name: 'isTags', mustBe: 'a list of templates or a function', accepts: isTemplatesOrFunction })
  tags?: unknown;

  @IsEntityTemplate()
  entity?: unknown;

  @IsCallable()
  condition?: unknown;

  @IsCallable()
  unless?: unknown;
}

/** Tells whether a value is a template or a function that stands in for one. @internal */
export function isTemplateOrFunction(value: unknown): boolean {
  return typeof value === 'function' || (typeof value === 'string' && value !== '');
}

/** Tells whether a value is a list of templates or a function that stands in for one. @internal */
export function isTemplatesOrFunction(value: unknown): boolean {
  return (
    typeof value === 'function' || (Array.isArray(value) && value.every((item) => typeof item === 'string'))
  );
}
