import { toMs } from '../../common/duration.js';
import { InvalidOptionsError } from '../../common/errors.js';
import { keyText, notASegment, segmentText } from '../../common/keys/key-encoding.js';
import {
  ENTITY_ACTIONS,
  ENTITY_DEFINITIONS,
  isEntityAction,
  type EntityAction,
  type EntityCascade,
  type EntityRegistry,
} from './entity.options.js';
import { cascadesOn } from './entity-definition-check.js';
import { resolveFreshness, type FreshnessPolicy } from '../entry/freshness.options.js';

/** Is an instance of an entity. @internal */
export interface EntityInstance {
  readonly entity: string;
  /** Is the id as text. */
  readonly id: string;
}

/** Is a change of an instance. @internal */
export interface EntityChange extends EntityInstance {
  readonly action: EntityAction;
}

/**
 * Knows the entities of one application.
 *
 * @internal
 */
export class EntityGraph {
  readonly #definitions: EntityRegistry[typeof ENTITY_DEFINITIONS];

  constructor(registry: EntityRegistry | undefined) {
    this.#definitions = registry?.[ENTITY_DEFINITIONS] ?? new Map();
  }

  /** Says what is wrong with the name of an entity. @returns null when nothing is. */
  problemOf(name: string): string | null {
    if (this.#definitions.has(name)) return null;
    const known = [...this.#definitions.keys()].join(', ');
    const mend = known === '' ? 'none is defined; give the module cache.entities' : `there are: ${known}`;
    return `names no entity: '${name}'; ${mend}`;
  }

  /**
   * Returns an instance.
   *
   * @throws {InvalidOptionsError} when there is no such entity.
   * @throws {InvalidKeyError} when the id has no text.
   */
  instance(entity: string, id: unknown): EntityInstance {
    const problem = this.problemOf(entity);
    if (problem !== null) throw problemWith('entity', problem);
    const text = segmentText(id);
    if (text === null || typeof id === 'boolean') throw notASegment(`The id of the entity '${entity}'`, id);
    return { entity, id: text };
  }

  /**
   * Returns a change of an instance.
   *
   * @throws {InvalidOptionsError} when there is no such entity or action.
   * @throws {InvalidKeyError} when the id has no text.
   */
  change(entity: string, id: unknown, action: EntityAction): EntityChange {
    if (!isEntityAction(action)) throw problemWith('action', `must be one of ${ENTITY_ACTIONS.join(', ')}`);
    return { ...this.instance(entity, id), action };
  }

  /** Returns the ttl of an entity in ms; undefined when it has none of its own. */
  ttlMs(entity: string): number | undefined {
    const ttl = this.#definitions.get(entity)?.ttl;
    return ttl === undefined ? undefined : toMs(ttl, `${entity}.ttl`);
  }

  /** Returns how the values of an entity grow old, which is as `defaults` say where it has no say of its own. */
  freshness(entity: string, defaults: FreshnessPolicy): FreshnessPolicy {
    const definition = this.#definitions.get(entity);
    return definition === undefined ? defaults : resolveFreshness(definition, defaults);
  }

  /** Returns the cascades that an action on an entity sets off. */
  cascades(entity: string, action: EntityAction): readonly EntityCascade[] {
    return cascadesOn(this.#definitions.get(entity), action);
  }
}

function problemWith(path: string, message: string): InvalidOptionsError {
  return new InvalidOptionsError('The cache', [{ path, message }]);
}

/** Returns the tag that an instance's entries have: `'user:7'`. @internal */
export function tagOf({ entity, id }: EntityInstance): string {
  return keyText([entity, id]);
}
