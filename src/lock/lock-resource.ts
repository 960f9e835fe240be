import { keyText } from '../common/keys/key-encoding.js';
import type { DecoratedMethod } from '../common/decorated-method.js';
import { InvalidOptionsError } from '../common/errors.js';
import { InvalidKeyError } from '../common/keys/key.errors.js';
import { compileTemplate } from '../common/keys/key-template.js';
import type { AnyMethod } from '../common/method-wrapper.js';
import { parameterNames } from '../common/parameter-names.js';

/** Names what a call locks: a template, or a function of the method's arguments. @publicApi */
export type LockedResource<Args extends readonly never[] = never[]> = string | ((...args: Args) => string);

/** Names what one call locks. @internal */
export type ResourceOf = (args: readonly unknown[]) => string;

/**
 * Compiles the first argument of `@WithLock`.
 *
 * @throws {InvalidOptionsError} when it is neither a text nor a function, or the template is wrong.
 * @internal
 */
export function compileResource(resource: unknown, { label, descriptor }: DecoratedMethod): ResourceOf {
  const where = `@WithLock on ${label}`;
  if (typeof resource === 'function') return (args) => Reflect.apply(resource, undefined, args) as string;
  if (typeof resource !== 'string') {
    const message = "must be a template such as 'inventory:{id}', or a function of the arguments";
    throw new InvalidOptionsError(where, [{ path: 'resource', message }]);
  }
  const parameters = parameterNames(descriptor.value as AnyMethod);
  const template = compileTemplate(resource, { where, option: 'resource', parameters });
  return (args) => {
    const parts = template(args);
    // Everybody whose id is missing would wait for everybody else.
    if (parts.includes(''))
      throw new InvalidKeyError(`The resource '${resource}' of ${where}`, 'has an empty part');
    return keyText(parts);
  };
}
