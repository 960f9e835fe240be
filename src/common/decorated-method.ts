import { InvalidOptionsError } from './errors.js';
import type { AnyMethod } from './method-wrapper.js';

/** Says which method a decorator stands on. @internal */
export interface DecoratedMethod {
  /** Is the prototype that declares the method. */
  readonly target: object;
  readonly key: string | symbol;
  readonly descriptor: PropertyDescriptor & { value: AnyMethod };
  /** Is `Class.method`, for messages and for default names. */
  readonly label: string;
}

/**
 * Checks that `decorator` stands on an instance method and names that method.
 *
 * @throws {InvalidOptionsError} when it stands on a static method, an accessor or a property.
 * @internal
 */
export function decoratedMethod(
  decorator: string,
  target: object,
  [key, descriptor]: readonly [string | symbol, PropertyDescriptor | undefined],
): DecoratedMethod {
  const isStatic = typeof target === 'function';
  const owner = isStatic ? (target as { name: string }).name : target.constructor.name;
  const label = `${owner}.${String(key)}`;
  if (isStatic || typeof descriptor?.value !== 'function') {
    const found = isStatic ? 'a static method' : 'no method';
    throw new InvalidOptionsError(`${decorator} on ${label}`, [
      {
        path: label,
        message: `is ${found}; put the decorator on an instance method of a provider or controller`,
      },
    ]);
  }
  return { target, key, descriptor: descriptor as DecoratedMethod['descriptor'], label };
}
