import type { Duration } from '../../common/duration.js';
import { FreshnessOptions } from '../entry/freshness.options.js';
import { IsCallable, IsDuration, IsText, rule } from '../../common/option-rules.js';

/** Identifies an instance of an entity; `7`, `7n` and `'7'` are the same one. @publicApi */
export type EntityId = string | number | bigint;

/** Lists what may have happened to an instance of an entity. @internal */
export const ENTITY_ACTIONS = ['create', 'update', 'delete'] as const;

/** Names what has happened to an instance of an entity. @publicApi */
export type EntityAction = (typeof ENTITY_ACTIONS)[number];

/** Says which instances of another entity change when an instance of this one does. @publicApi */
export class EntityCascade<Name extends string = string> {
  /** Names the other entity. */
  @IsText(/\S/, 'the name of an entity')
  entity!: Name;

  /** Finds its instances; is given the id of the one that changed as text, whatever it was invalidated by. */
  @IsCallable()
  ids!: (id: string) => readonly EntityId[] | Promise<readonly EntityId[]>;

  /** Restricts the cascade to these actions. What a cascade reaches is updated. @default all three */
  @rule({
    name: 'isActions',
    mustBe: `a list of ${ENTITY_ACTIONS.map((action) => `'${action}'`).join(', ')} that is not empty`,
    accepts: (value) =>
      Array.isArray(value) && value.length > 0 && value.every((item) => isEntityAction(item)),
  })
  on?: readonly EntityAction[];
}

/** Describes a kind of thing whose instances are cached. @publicApi */
export class EntityDefinition<Name extends string = string> extends FreshnessOptions {
  /** Is how long its entries live that do not say it themselves. @default the module's `cache.ttl`, 5 minutes */
  @IsDuration()
  ttl?: Duration;

  /** Lists what else changes when an instance does. @default [] */
  @rule({ name: 'isCascades', mustBe: 'a list of cascades: { entity, ids, on? }', accepts: Array.isArray })
  cascadesTo?: readonly EntityCascade<Name>[];
}

/** Is the key under which a registry holds its definitions: only `defineEntities` makes one. @internal */
export const ENTITY_DEFINITIONS: unique symbol = Symbol.for('nestjs-redis-suite:entities');

/** Is what `defineEntities` makes, for the module's option `cache.entities`. @publicApi */
export interface EntityRegistry<Name extends string = string> {
  /** Lists the entities in the order of their definition. */
  readonly names: readonly Name[];
  /** @internal */
  readonly [ENTITY_DEFINITIONS]: ReadonlyMap<string, EntityDefinition>;
}

/** Tells whether a value is an action. @internal */
export function isEntityAction(value: unknown): value is EntityAction {
  return ENTITY_ACTIONS.some((action) => action === value);
}

/** Accepts what `defineEntities` made. @internal */
export const IsEntityRegistry = (): PropertyDecorator =>
  rule({
    name: 'isEntityRegistry',
    mustBe: 'what defineEntities returned',
    accepts: (value) => typeof value === 'object' && value !== null && ENTITY_DEFINITIONS in value,
  });
