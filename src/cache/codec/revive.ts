/** Is a class whose instances are plain data with a prototype. @publicApi */
export type CachedClass = abstract new (...args: never[]) => object;

/**
 * Says of which classes a cached value's objects are: a class; members by name; or a class with its members. An array
 * stands for each of its elements.
 *
 * @example
 * ```ts
 * @Cached({ key: 'orders:{page}', as: { items: [Order, { buyer: User }] } })
 * async page(page: number): Promise<{ items: Order[]; total: number }> { … }
 * ```
 * @publicApi
 */
export type RevivedAs = CachedClass | RevivedMembers | readonly [CachedClass, RevivedMembers];

/** Says of which classes an object's members are. @publicApi */
export interface RevivedMembers {
  readonly [member: string]: RevivedAs;
}

/**
 * Makes instances out of what was just decoded, in place, so that what looks at their class, such as
 * `ClassSerializerInterceptor`, treats them as it treated what was stored. Constructors do not run.
 *
 * @internal
 */
export function revive(value: unknown, as: RevivedAs): unknown {
  if (Array.isArray(value)) {
    for (const item of value) revive(item, as);
  } else if (isPlain(value)) {
    const [type, members] = partsOf(as);
    for (const [name, member] of Object.entries(members)) {
      if (Object.hasOwn(value, name)) revive((value as Record<string, unknown>)[name], member);
    }
    if (type !== null) Object.setPrototypeOf(value, type.prototype as object);
  }
  return value;
}

/** Tells whether a value says of which classes objects are. @internal */
export function isRevivedAs(value: unknown): value is RevivedAs {
  if (isClass(value)) return true;
  if (Array.isArray(value)) return value.length === 2 && isClass(value[0]) && isMembers(value[1]);
  return isMembers(value);
}

function isMembers(value: unknown): value is RevivedMembers {
  return typeof value === 'object' && isPlain(value) && Object.values(value).every(isRevivedAs);
}

function isClass(value: unknown): value is CachedClass {
  return typeof value === 'function' && typeof value.prototype === 'object' && value.prototype !== null;
}

function isPlain(value: unknown): value is object {
  if (typeof value !== 'object' || value === null) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

function partsOf(as: RevivedAs): readonly [CachedClass | null, RevivedMembers] {
  if (typeof as === 'function') return [as, {}];
  return Array.isArray(as)
    ? (as as unknown as readonly [CachedClass, RevivedMembers])
    : [null, as as RevivedMembers];
}
