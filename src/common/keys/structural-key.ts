import type { EncodedKey } from './encoded-key.js';
import { digest, HASH_MARK } from './key-length.js';
import { scalarText } from './structural-scalar.js';
import { objectText } from './structural-object.js';

/** Limits the arguments written out in a key, in characters; nobody reads or matches longer ones. */
const MAX_LITERAL = 128;

/**
 * Builds the default key of a decorated method from all its arguments, by type and structure: two argument lists have
 * one key exactly when they are equal.
 *
 * Equal means: scalars by `Object.is` (`1`, `1n` and `'1'` differ, so do `0` and `-0`), arrays element by element with
 * a hole as undefined, objects by class name and own enumerable properties in any order, Map and Set by content in any
 * order, Date, RegExp, URL, Buffer and typed arrays by value. An absent argument differs from an explicit undefined,
 * and an absent property from an undefined one: the method can tell them apart.
 *
 * The key is `<owner>:%(<arguments>)`, beyond 128 characters `<owner>:%h<SHA-256>`; no explicit key looks like either.
 *
 * @param owner tells the method from all others, for example `UserService.find`.
 * @throws {InvalidKeyError} when an argument has no stable value: a symbol, a function, a promise, a stream, an object
 * with hidden state, a structure that contains itself or is more than 32 levels deep.
 * @internal
 */
export function structuralKey(owner: EncodedKey, args: readonly unknown[]): EncodedKey {
  let text = '';
  for (let index = 0; index < args.length; index++) {
    const arg = args[index];
    if (index > 0) text += ',';
    text += scalarText(arg) ?? objectText(arg, `Argument ${index} of ${owner}`);
  }
  const key = text.length > MAX_LITERAL ? `${owner}:${HASH_MARK}${digest(text)}` : `${owner}:%(${text})`;
  return key as EncodedKey;
}
