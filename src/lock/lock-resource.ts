import { keyText } from '../common/keys/key-encoding.js';
import type { DecoratedMethod } from '../common/decorated-method.js';
import { InvalidOptionsError } from '../common/errors.js';
import { InvalidKeyError } from '../common/keys/key.errors.js';
import { compileTemplate } from '../common/keys/key-template.js';
import type { AnyMethod } from '../common/method-wrapper.js';
import { parameterNames } from '../common/parameter-names.js';

/** Names what a call locks: a template, several, or a function of the method's arguments that answers names. @publicApi */
export type LockedResource<Args extends readonly never[] = never[]> =
  string | readonly string[] | ((...args: Args) => string | readonly string[]);

/** Names what one call locks. @internal */
export type ResourceOf = (args: readonly unknown[]) => string | readonly string[];

/**
 * Compiles the first argument of `@WithLock`.
 *
 * @throws {InvalidOptionsError} when it is no text, no list of texts and no function, or a template is wrong.
 * @internal
 */
export function compileResource(resource: unknown, { label, descriptor }: DecoratedMethod): ResourceOf {
  const where = `@WithLock on ${label}`;
  if (typeof resource === 'function') {
    return (args) => Reflect.apply(resource, undefined, args) as ReturnType<ResourceOf>;
  }
  const templates: unknown[] = Array.isArray(resource) ? resource : [resource];
  if (templates.length === 0 || !templates.every((template) => typeof template === 'string')) {
    const message =
      "must be a template such as 'inventory:{id}', a list of templates, or a function of the arguments";
    throw new InvalidOptionsError(where, [{ path: 'resource', message }]);
  }
  const parameters = parameterNames(descriptor.value as AnyMethod);
  const names = templates.map((template) => compileName(template, { where, parameters }));
  const [only] = names;
  return Array.isArray(resource) || only === undefined ? (args) => names.map((name) => name(args)) : only;
}

interface Place {
  readonly where: string;
  readonly parameters: ReturnType<typeof parameterNames>;
}

function compileName(source: string, { where, parameters }: Place): (args: readonly unknown[]) => string {
  const template = compileTemplate(source, { where, option: 'resource', parameters });
  return (args) => {
    const parts = template(args);
    // Everybody whose id is missing would wait for everybody else.
    if (parts.includes(''))
      throw new InvalidKeyError(`The resource '${source}' of ${where}`, 'has an empty part');
    return keyText(parts);
  };
}
