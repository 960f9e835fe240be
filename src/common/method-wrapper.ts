import 'reflect-metadata';

/** Is a method as a decorator sees it: anything callable. @internal */
export type AnyMethod = (this: unknown, ...args: never[]) => unknown;

/** Runs around a method: `proceed` calls what was there before, with the same `this` and arguments. @internal */
export type Around = (self: object, args: readonly unknown[], proceed: () => unknown) => unknown;

const originals = new WeakMap<object, AnyMethod>();

/**
 * Replaces `descriptor.value` by a method that runs `around`.
 *
 * The new method is a Proxy of the old one, so name, length, source kind and own properties stay; Reflect metadata,
 * which hangs on the function object, is copied. Decorators above and below therefore see one and the same method:
 * routes, guards, pipes, Swagger and message handlers keep working in either order.
 *
 * @internal
 */
export function wrapMethod(descriptor: PropertyDescriptor, around: Around): void {
  const method = descriptor.value as AnyMethod;
  const wrapper = new Proxy(method, {
    // A method that was taken off its instance is called on undefined: that is an object like any other, of nobody.
    apply: (_, self: unknown, args: never[]) =>
      around(Object(self) as object, args, () => Reflect.apply(method, self, args)),
  });
  for (const key of Reflect.getOwnMetadataKeys(method)) {
    Reflect.defineMetadata(key, Reflect.getOwnMetadata(key, method), wrapper);
  }
  originals.set(wrapper, originalOf(method));
  descriptor.value = wrapper;
}

/** Returns the method as its author wrote it, below every wrapper of this library. @internal */
export function originalOf(method: AnyMethod): AnyMethod {
  return originals.get(method) ?? method;
}
