import { compileTemplate } from '../../common/keys/key-template.js';
import type { TemplateContext } from '../../common/keys/template-parser.js';
import type { EntityTemplate } from './cached-options.js';
import type { EntityId } from '../entity/entity.options.js';

type Args = readonly unknown[];

/** Says which instance of an entity a call is about. @internal */
export interface EntityMaker {
  readonly entity: string;
  readonly id: (args: Args, result?: unknown) => EntityId;
}

/**
 * Compiles the entity of a decorator. An inserted value stands as it is, so that `'{id}'` is the id that
 * `invalidateEntity` is given.
 *
 * @returns null when there is none.
 * @throws {InvalidOptionsError} when the template is wrong.
 * @internal
 */
export function compileEntity(
  template: EntityTemplate | undefined,
  context: Omit<TemplateContext, 'option'>,
): EntityMaker | null {
  if (template === undefined) return null;
  const [entity, id] = template;
  if (typeof id === 'function') {
    const makeId = id as (...args: Args) => EntityId;
    return { entity, id: (args) => makeId(...args) };
  }
  const compiled = compileTemplate(id, { ...context, option: 'entity' });
  return { entity, id: (args, result) => compiled(args, result).join(':') };
}
