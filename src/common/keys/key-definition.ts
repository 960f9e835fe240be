import type { Duration } from '../duration.js';
import type { KeyFamily } from './key-families.js';

/**
 * Names an id of a key. One marked as personal data, such as an e-mail address, enters keys only as an HMAC.
 *
 * @publicApi
 */
export type KeyParameter = string | { readonly name: string; readonly personal: true };

/** Describes one kind of key. @publicApi */
export interface KeyDefinition {
  /** Names the ids that follow the key's name, in order. @default [] */
  readonly params?: readonly KeyParameter[];
  /** Is how long what stands under the key lives. */
  readonly ttl?: Duration;
  /** Says what stands under the key, for the documentation. */
  readonly description?: string;
}

/** Describes the keys of an application by family and name. @publicApi */
export type KeyDefinitions = { readonly [F in KeyFamily]?: Readonly<Record<string, KeyDefinition>> };

/** Refuses, at compile time, families and options that do not exist. @publicApi */
export type CheckedKeyDefinitions<D extends KeyDefinitions> = {
  readonly [F in keyof D]: F extends KeyFamily
    ? { readonly [N in keyof D[F]]: Readonly<Record<Exclude<keyof D[F][N], keyof KeyDefinition>, never>> }
    : never;
};

/** Adjusts `defineKeys`. @publicApi */
export interface DefineKeysOptions {
  /**
   * Signs personal ids; needed as soon as a key has one. A function is called when a key is built, for a secret that
   * is not known yet when the keys are defined. Another secret gives other keys.
   */
  readonly secret?: string | (() => string);
}
