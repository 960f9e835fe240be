import 'reflect-metadata';
import type { DecoratedMethod } from '../../common/decorated-method.js';
import { InvalidOptionsError } from '../../common/errors.js';

/** Are the names under which Nest keeps, on the handler's class, what its parameter decorators say. */
const ROUTE_ARGUMENTS = '__routeArguments__';
const RESPONSE_PASSTHROUGH = '__responsePassthrough__';

/** Is how Nest numbers the kinds of parameters; fixed, since libraries compile it in. */
const REQUEST = '0';
const RESPONSE = '1';
const NEXT = '2';

/** Are the parameters of a context that hold more than can be told apart. */
type Wholes = readonly (readonly [kind: string, name: string])[];

const ROUTE_WHOLES: Wholes = [
  [REQUEST, '@Req()'],
  [RESPONSE, '@Res()'],
];
const MESSAGE_WHOLES: Wholes = [['0', '@ConnectedSocket()']];
/** Its 0 is `@Parent()`, which is data like any argument. */
const RESOLVER_WHOLES: Wholes = [
  ['1', '@Context()'],
  ['2', '@Info()'],
];

const RESOLVER_METADATA = ['graphql:resolver_type', 'graphql:resolve_property', 'graphql:resolve_reference'];
const MESSAGE_METADATA = 'websockets:message_mapping';

/** A resolver is known by its decorator, which has not run when it stands above. */
const IN_A_RESOLVER = 'in a resolver, put @Cached above @Query or @ResolveField';

/** Is what is known of a handler's parameters. */
interface Parameters {
  readonly kinds: ReadonlySet<string | undefined>;
  readonly hasKey: boolean;
  readonly refuse: (message: string) => InvalidOptionsError;
}

/**
 * Refuses a cached handler that answers by itself, for a hit would answer nothing, and one that is handed the whole
 * request, socket or GraphQL context but no key: whatever it reads there would be missing from the key. Parameter
 * decorators run before method decorators, so what they say is known here.
 *
 * @throws {InvalidOptionsError} saying what to change.
 * @internal
 */
export function refuseUncacheableParameters(
  { target, key, label, descriptor: { value: method } }: DecoratedMethod,
  { where, hasKey }: { where: string; hasKey: boolean },
): void {
  const metadata = Reflect.getMetadata(ROUTE_ARGUMENTS, target.constructor, key) as object | undefined;
  const parameters: Parameters = {
    kinds: new Set(Object.keys(metadata ?? {}).map((argument) => argument.split(':')[0])),
    hasKey,
    refuse: (message) => new InvalidOptionsError(where, [{ path: label, message }]),
  };
  const has = (name: string) => Reflect.hasOwnMetadata(name, method as object);
  if (RESOLVER_METADATA.some(has)) refuseWhole(parameters, RESOLVER_WHOLES);
  else if (has(MESSAGE_METADATA)) refuseWhole(parameters, MESSAGE_WHOLES);
  else {
    const isPassthrough = Reflect.getMetadata(RESPONSE_PASSTHROUGH, target.constructor, key) === true;
    refuseInRoute(parameters, isPassthrough);
  }
}

function refuseInRoute(parameters: Parameters, isPassthrough: boolean): void {
  const { kinds, refuse } = parameters;
  if (kinds.has(NEXT)) {
    throw refuse(
      `has @Next(), so it does not return what is to be cached; take @Next() away (${IN_A_RESOLVER})`,
    );
  }
  if (kinds.has(RESPONSE) && !isPassthrough) {
    throw refuse(
      'has @Res(), so it does not return what is to be cached; use @Res({ passthrough: true }) or return the value ' +
        `(${IN_A_RESOLVER})`,
    );
  }
  refuseWhole(parameters, ROUTE_WHOLES, ` (${IN_A_RESOLVER})`);
}

/** Refuses, unless there is a key, what holds more than can be told apart. */
function refuseWhole({ kinds, hasKey, refuse }: Parameters, wholes: Wholes, hint = ''): void {
  const found = wholes.find(([kind]) => kinds.has(kind));
  if (hasKey || found === undefined) return;
  throw refuse(`has ${found[1]}, which cannot be part of a key; say what tells calls apart by 'key'${hint}`);
}
