import 'reflect-metadata';

/**
 * Is what the decorators of routes, messages, events, resolvers and fields leave on a method. Written out, because the
 * packages that name them are optional and do not all export them; a test compares them with the real decorators.
 */
const HANDLER_METADATA = [
  'path',
  'websockets:message_mapping',
  'microservices:pattern',
  'graphql:resolver_type',
  'graphql:resolver_name',
  'graphql:resolve_property',
  'graphql:resolve_reference',
];

/** Tells whether Nest calls a method as a handler, so that guards run before it. @internal */
export function isHandler(method: unknown): boolean {
  return typeof method === 'function' && HANDLER_METADATA.some((key) => Reflect.hasOwnMetadata(key, method));
}

/** Tells whether a class has handlers, inherited ones included. @internal */
export function hasHandlers(type: { prototype: object }): boolean {
  for (let at: object | null = type.prototype; at !== null; at = Object.getPrototypeOf(at) as object | null) {
    const properties = Object.values(Object.getOwnPropertyDescriptors(at));
    if (properties.some(({ value }) => isHandler(value))) return true;
  }
  return false;
}
