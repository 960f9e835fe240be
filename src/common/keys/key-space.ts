import { InvalidOptionsError } from '../errors.js';
import type { EncodedKey, EncodedPattern } from './encoded-key.js';
import type { KeyFamily } from './key-families.js';

/** Says which namespaces are good: texts that Redis globs and hash tags take literally. @internal */
export const NAMESPACE_FORM = /^[A-Za-z0-9._-]+$/;

/** Completes the sentence "must be …" for a namespace. @internal */
export const NAMESPACE_MUST_BE = `a text of letters, digits, '.', '_' and '-', such as 'shop'`;

/**
 * Builds the keys of one application: `<namespace>:<family>:<key>`.
 *
 * @throws {InvalidOptionsError} when the namespace has other characters than letters, digits, `.`, `_` and `-`.
 * @internal
 */
export class KeySpace {
  constructor(readonly namespace: string) {
    if (!NAMESPACE_FORM.test(namespace)) {
      throw new InvalidOptionsError('Keys', [{ path: 'namespace', message: `must be ${NAMESPACE_MUST_BE}` }]);
    }
  }

  /** Returns what every key of a family begins with, its last `:` included. */
  prefix(family: KeyFamily): string {
    return `${this.namespace}:${family}:`;
  }

  /** Returns the full key of something that takes one Redis key. */
  key(family: KeyFamily, key: EncodedKey): string {
    return `${this.namespace}:${family}:${key}`;
  }

  /**
   * Returns one of the several keys of one thing, for example the `fence` of a lock. All of them share a Cluster slot:
   * the key is their hash tag, and no key can bring braces of its own.
   */
  tagged(family: KeyFamily, key: EncodedKey, part: string): string {
    return `${this.namespace}:${family}:{${key}}:${part}`;
  }

  /** Returns a `MATCH` pattern that cannot leave the family. */
  pattern(family: KeyFamily, pattern: EncodedPattern): string {
    return `${this.namespace}:${family}:${pattern}`;
  }
}
