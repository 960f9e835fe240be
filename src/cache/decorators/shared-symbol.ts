import type { DecoratedMethod } from '../../common/decorated-method.js';
import { InvalidOptionsError } from '../../common/errors.js';

/**
 * Refuses a method whose name reads like that of another method of its class, as those of two symbols may: their
 * default keys would be one.
 *
 * @throws {InvalidOptionsError} saying what to change.
 * @internal
 */
export function refuseSharedSymbol({ target, key, label }: DecoratedMethod, where: string): void {
  const isShared = Reflect.ownKeys(target).some((other) => other !== key && String(other) === String(key));
  if (!isShared) return;
  const message = "has a name that another method's symbol repeats; rename one, or give it a 'key'";
  throw new InvalidOptionsError(where, [{ path: label, message }]);
}
