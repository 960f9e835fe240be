import { KeySpace } from '../common/keys/key-space.js';

/**
 * Holds what every wing needs to know of the application, resolved once at boot.
 *
 * @internal
 */
export class SuiteSettings {
  /** Builds the application's keys. */
  readonly keys: KeySpace;

  constructor(
    /** Is the first segment of every key. */
    readonly namespace: string,
    /** Are the secrets for HMACs and confirmation tokens: the first signs, all verify; empty when none was given. */
    readonly secrets: readonly string[],
  ) {
    this.keys = new KeySpace(namespace);
  }
}
