import { InvalidOptionsError } from '../../common/errors.js';
import { ENTITY_DEFINITIONS, type EntityDefinition, type EntityRegistry } from './entity.options.js';
import { findEntityProblems } from './entity-definition-check.js';

/**
 * Defines the entities that an application caches, and what else changes with an instance of each. The registry is for
 * the module's option `cache.entities`.
 *
 * @throws {InvalidOptionsError} listing every definition that cannot be used; naming the way when cascades run in a
 * cycle or follow one another more than eight times.
 * @example
 * ```ts
 * const entities = defineEntities({
 *   user: { ttl: '1h' },
 *   creator: { ttl: '1h' },
 *   asset: { ttl: '30m', cascadesTo: [{ entity: 'creator', ids: (id) => creatorsOf(id) }] },
 * });
 * RedisModule.forRoot({ cache: { entities } });
 * ```
 * @publicApi
 */
export function defineEntities<const Name extends string>(
  definitions: Readonly<Record<Name, EntityDefinition<NoInfer<Name>>>>,
): EntityRegistry<Name> {
  const byName = new Map(Object.entries<EntityDefinition>(definitions));
  const problems = findEntityProblems(byName);
  if (problems.length > 0) throw new InvalidOptionsError('defineEntities', problems);
  return Object.freeze({
    names: Object.freeze([...byName.keys()]) as readonly Name[],
    [ENTITY_DEFINITIONS]: byName,
  });
}
