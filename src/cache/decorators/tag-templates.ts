import { compileTemplate } from '../../common/keys/key-template.js';
import type { TemplateContext } from '../../common/keys/template-parser.js';
import { makeAll } from '../../common/make-all.js';

type Args = readonly unknown[];

/** Makes the tags of a call. @internal */
export type TagMaker = (args: Args, result?: unknown) => readonly string[];

/**
 * Compiles the tags of a decorator: templates, or a function. An inserted value stands as it is, so that the tag
 * `'user:{0}'` is the text `user:${id}` that `invalidateTags` may be given.
 *
 * @throws {InvalidOptionsError} when a template is wrong.
 * @internal
 */
export function compileTags(
  tags: readonly string[] | ((...args: never[]) => readonly string[]),
  context: TemplateContext,
): TagMaker {
  if (typeof tags === 'function') {
    const makeTags = tags as (...args: Args) => readonly string[];
    return (args) => makeTags(...args);
  }
  const templates = makeAll(
    context.where,
    tags.map((tag) => () => compileTemplate(tag, context)),
  );
  return (args, result) => templates.map((template) => template(args, result).join(':'));
}
