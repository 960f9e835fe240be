import type { DecoratedMethod } from '../common/decorated-method.js';
import { InvalidOptionsError } from '../common/errors.js';

/** Are the names under which Nest keeps, on the controller's class, what its parameter decorators say. */
const ROUTE_ARGUMENTS = '__routeArguments__';
const RESPONSE_PASSTHROUGH = '__responsePassthrough__';

/** Is how Nest numbers the kinds of parameters; fixed, since libraries compile it in. */
const REQUEST = '0';
const RESPONSE = '1';
const NEXT = '2';

/**
 * Refuses a cached route handler that answers by itself, for a hit would answer nothing, and one that is handed the
 * whole request but no key: whatever it reads there would be missing from the key. Parameter decorators run before
 * method decorators, so what they say is known here.
 *
 * @throws {InvalidOptionsError} saying what to change.
 * @internal
 */
export function refuseUncacheableParameters(
  { target, key, label }: DecoratedMethod,
  { where, hasKey }: { where: string; hasKey: boolean },
): void {
  const metadata = Reflect.getMetadata(ROUTE_ARGUMENTS, target.constructor, key) as object | undefined;
  const kinds = new Set(Object.keys(metadata ?? {}).map((argument) => argument.split(':')[0]));
  const passthrough = Reflect.getMetadata(RESPONSE_PASSTHROUGH, target.constructor, key) === true;
  const refuse = (message: string) => new InvalidOptionsError(where, [{ path: label, message }]);
  if (kinds.has(NEXT))
    throw refuse('has @Next(), so it does not return what is to be cached; take @Next() away');
  if (kinds.has(RESPONSE) && !passthrough) {
    throw refuse(
      'has @Res(), so it does not return what is to be cached; use @Res({ passthrough: true }) or return the value',
    );
  }
  if (hasKey) return;
  const whole = kinds.has(REQUEST) ? '@Req()' : kinds.has(RESPONSE) ? '@Res()' : null;
  if (whole !== null)
    throw refuse(`has ${whole}, which cannot be part of a key; say what tells calls apart by 'key'`);
}
