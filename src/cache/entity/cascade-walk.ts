import type { EntityAction, EntityCascade } from './entity.options.js';
import { tagOf, type EntityChange, type EntityGraph, type EntityInstance } from './entity-graph.js';

/** Is an instance of an entity that an invalidation touches. @publicApi */
export interface TouchedEntity {
  readonly entity: string;
  /** Is the id as text. */
  readonly id: string;
  /** Is the instance whose cascade led here; null for the one that was named. */
  readonly via: { readonly entity: string; readonly id: string } | null;
}

/** Is a cascade whose instances could not be found. @internal */
export interface FailedCascade {
  readonly from: string;
  readonly to: string;
  readonly error: unknown;
}

/** Is what a walk along cascades found. @internal */
export interface CascadeWalk {
  /** Lists every instance once, the nearest first. */
  readonly touched: readonly TouchedEntity[];
  readonly failed: readonly FailedCascade[];
}

/**
 * Finds everything that changes with an instance. The graph has no cycle, so it ends; the same change is followed once.
 *
 * @internal
 */
export async function walkCascades(graph: EntityGraph, root: EntityChange): Promise<CascadeWalk> {
  const touched = new Map<string, TouchedEntity>();
  const followed = new Set<string>();
  const failed: FailedCascade[] = [];
  const follow = async (change: EntityChange, cascade: EntityCascade): Promise<TouchedEntity[]> => {
    try {
      return await findTargets(graph, change, cascade);
    } catch (error) {
      failed.push({ from: change.entity, to: cascade.entity, error });
      return [];
    }
  };
  let level: (TouchedEntity & { action: EntityAction })[] = [{ ...root, via: null }];
  while (level.length > 0) {
    const changes = level.filter((change) => isNew(followed, `${change.action} ${tagOf(change)}`));
    for (const { entity, id, via } of changes) {
      const tag = tagOf({ entity, id });
      if (!touched.has(tag)) touched.set(tag, { entity, id, via });
    }
    const next = changes.flatMap((change) =>
      graph.cascades(change.entity, change.action).map((cascade) => follow(change, cascade)),
    );
    level = (await Promise.all(next)).flat().map((target) => ({ ...target, action: 'update' }));
  }
  return { touched: [...touched.values()], failed };
}

async function findTargets(
  graph: EntityGraph,
  { entity, id }: EntityInstance,
  cascade: EntityCascade,
): Promise<TouchedEntity[]> {
  const ids = await cascade.ids(id);
  return ids.map((target) => ({ ...graph.instance(cascade.entity, target), via: { entity, id } }));
}

function isNew(seen: Set<string>, item: string): boolean {
  const { size } = seen;
  return seen.add(item).size > size;
}
