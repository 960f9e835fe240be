import type { OptionProblem } from '../../common/errors.js';
import { findProblems } from '../../common/option-validation.js';
import { EntityCascade, EntityDefinition, type EntityAction } from './entity.options.js';

/** Is how many cascades may follow one another. @internal */
export const MAX_CASCADE_DEPTH = 8;

const NAME_FORM = /^[\w.-]{1,64}$/;

type Definitions = ReadonlyMap<string, EntityDefinition>;

/** Lists what is wrong with the definitions of entities. @internal */
export function findEntityProblems(definitions: Definitions): OptionProblem[] {
  const problems = [...definitions].flatMap(([name, definition]) => [
    ...findNameProblems(name),
    ...findProblems(EntityDefinition, definition, name),
    ...findCascadeProblems(definitions, name),
  ]);
  // The way along the cascades can be gone only if each of them leads somewhere.
  if (problems.length > 0) return problems;
  const cycle = findCycle(definitions);
  if (cycle !== null) return [{ path: cycle[0] ?? '', message: `is in a cycle: ${describeCycle(cycle)}` }];
  return findTooDeep(definitions);
}

/** Returns the cascades of an entity that an action sets off. @internal */
export function cascadesOn(
  definition: EntityDefinition | undefined,
  action: EntityAction,
): readonly EntityCascade[] {
  return (definition?.cascadesTo ?? []).filter(({ on }) => on?.includes(action) ?? true);
}

function findNameProblems(name: string): OptionProblem[] {
  if (NAME_FORM.test(name)) return [];
  return [{ path: name, message: "is no name of an entity: 1 to 64 letters, digits, '_', '.' or '-'" }];
}

function findCascadeProblems(definitions: Definitions, name: string): OptionProblem[] {
  const cascades: unknown = (definitions.get(name) as EntityDefinition | null | undefined)?.cascadesTo;
  if (!Array.isArray(cascades)) return [];
  return cascades.flatMap((cascade: unknown, index) => {
    const path = `${name}.cascadesTo[${index}]`;
    const { entity, ids } = Object(cascade) as Partial<EntityCascade>;
    const problems = findProblems(EntityCascade, cascade, path);
    if (ids === undefined) problems.push({ path: `${path}.ids`, message: 'must be a function' });
    if (entity === undefined || !definitions.has(entity)) {
      const known = [...definitions.keys()].join(', ');
      problems.push({
        path: `${path}.entity`,
        message: `names no entity: '${String(entity)}'; there are: ${known}`,
      });
    }
    return problems;
  });
}

/** What a cascade reaches is updated, so a way that comes back to where it was is made of cascades on updates. */
function findCycle(definitions: Definitions): string[] | null {
  const safe = new Set<string>();
  const visit = (name: string, trail: readonly string[]): string[] | null => {
    if (trail.includes(name)) return [...trail.slice(trail.indexOf(name)), name];
    if (safe.has(name)) return null;
    for (const { entity } of cascadesOn(definitions.get(name), 'update')) {
      const cycle = visit(entity, [...trail, name]);
      if (cycle !== null) return cycle;
    }
    safe.add(name);
    return null;
  };
  for (const name of definitions.keys()) {
    const cycle = visit(name, []);
    if (cycle !== null) return cycle;
  }
  return null;
}

function describeCycle(cycle: readonly string[]): string {
  return `${cycle.join(' → ')}; leave one cascade out, or restrict it with 'on' to actions other than 'update'`;
}

function findTooDeep(definitions: Definitions): OptionProblem[] {
  const chains = new Map<string, string[]>();
  const follow = (name: string, cascades: readonly EntityCascade[]): string[] =>
    cascades.reduce<string[]>(
      (longest, { entity }) => {
        const chain = [name, ...onUpdate(entity)];
        return chain.length > longest.length ? chain : longest;
      },
      [name],
    );
  const onUpdate = (name: string): string[] => {
    const chain = chains.get(name) ?? follow(name, cascadesOn(definitions.get(name), 'update'));
    chains.set(name, chain);
    return chain;
  };
  return [...definitions].flatMap(([name, { cascadesTo = [] }]) => {
    const chain = follow(name, cascadesTo);
    if (chain.length - 1 <= MAX_CASCADE_DEPTH) return [];
    return [
      { path: name, message: `cascades deeper than ${MAX_CASCADE_DEPTH} entities: ${chain.join(' → ')}` },
    ];
  });
}
