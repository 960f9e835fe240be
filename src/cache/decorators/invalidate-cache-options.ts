import type { CacheKey } from '../../common/keys/cache-key.js';
import { IsOneOf, rule } from '../../common/option-rules.js';
import { IsEntityTemplate, isTemplatesOrFunction } from './cached-options.js';
import { ENTITY_ACTIONS, type EntityAction, type EntityId } from '../entity/entity.options.js';

/**
 * Configures `@InvalidateCache`; its functions take the method's parameters, its templates also know `{result.id}`.
 *
 * @publicApi
 */
export interface InvalidateCacheOptions<Args extends unknown[] = never[]> {
  /** Are the keys to delete: templates, or a function. @default [] */
  keys?: readonly string[] | ((...args: Args) => readonly CacheKey[]);
  /** Are the tags to invalidate: templates, or a function. @default [] */
  tags?: readonly string[] | ((...args: Args) => readonly string[]);
  /**
   * Is the instance of an entity that the method changes: `['user', '{id}']`, or with a function for the id. What its
   * cascades reach is invalidated too. @default none
   */
  entity?: readonly [name: string, id: string | ((...args: Args) => EntityId)];
  /** Says what the method does to the entity. @default 'update' */
  action?: EntityAction;
  /** Are patterns of keys to delete, such as `'user:{0}:*'`; they cost a walk over all keys in Redis. @default [] */
  patterns?: readonly string[];
  /** Says when: after the method has succeeded, or before it runs. @default 'after' */
  when?: 'after' | 'before';
}

/** Are the rules for what the types cannot see. @internal */
export class InvalidateCacheRules {
  @rule({ name: 'isKeys', mustBe: 'a list of templates or a function', accepts: isTemplatesOrFunction })
  keys?: unknown;

  @rule({ name: 'isTags', mustBe: 'a list of templates or a function', accepts: isTemplatesOrFunction })
  tags?: unknown;

  @IsEntityTemplate()
  entity?: unknown;

  @IsOneOf(...ENTITY_ACTIONS)
  @rule({
    name: 'goesWithEntity',
    mustBe: "left out without 'entity'",
    accepts: (_, { entity }: InvalidateCacheRules) => entity !== undefined,
  })
  action?: unknown;

  @rule({ name: 'isPatterns', mustBe: 'a list of templates', accepts: Array.isArray })
  patterns?: unknown;

  @IsOneOf('after', 'before')
  when?: unknown;
}
