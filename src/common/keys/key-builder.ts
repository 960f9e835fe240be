import type { Duration } from '../duration.js';
import type { KeySegment } from './cache-key.js';
import type { KeyParameter } from './key-definition.js';
import type { KEY_FAMILIES, KeyFamily } from './key-families.js';

/** Are the ids a key takes, one for each parameter. @publicApi */
export type KeyIds<P extends readonly KeyParameter[]> = { readonly [I in keyof P]: KeySegment };

/**
 * Builds one kind of key, and knows what holds for all of them.
 *
 * Called with its ids it returns the key as its family takes it: for `cache` a `CacheKey`, for the others a text,
 * since locks, limits, sessions and the like are named by texts.
 *
 * @throws {InvalidKeyError} when an id is missing or is no string, finite number, bigint or boolean. In a family of
 * class `state` an empty id is refused too: everyone whose id is missing would share what it names.
 *
 * @publicApi
 */
export interface KeyBuilder<
  F extends KeyFamily = KeyFamily,
  N extends string = string,
  P extends readonly KeyParameter[] = readonly KeyParameter[],
  T extends Duration | undefined = Duration | undefined,
> {
  (...ids: KeyIds<P>): F extends 'cache' ? readonly [N, ...KeyIds<P>] : string;
  readonly family: F;
  readonly name: N;
  readonly params: P;
  /** Is how long what stands under the key lives; undefined leaves it to the family's default. */
  readonly ttl: T;
  readonly dataClass: (typeof KEY_FAMILIES)[F];
  readonly description: string | undefined;
  /** Returns the pattern of all keys of this kind, or of those that begin with the ids given. */
  pattern(...leadingIds: Partial<KeyIds<P>>): string;
  /**
   * Returns the hash tag that puts a key of your own into the Cluster slot of this thing's keys.
   *
   * @returns null for `cache`, whose entries stand alone.
   */
  slotTag(...ids: KeyIds<P>): string | null;
}
