import { encodeKey } from '../common/keys/key-encoding.js';
import type { KeySpace } from '../common/keys/key-space.js';

/** Are the Redis keys of one lock; they share a Cluster slot. @internal */
export interface LockKeys {
  /** Holds who has the lock, for as long as the lease lasts. */
  readonly lease: string;
  /** Holds the last fence. */
  readonly fence: string;
  /** Lists those who wait. */
  readonly queue: string;
}

/** Is how the keys escape what is not plain: `%XX`, or `%uXXXX`. */
const ESCAPED = /%(?:u([0-9A-F]{4})|([0-9A-F]{2}))/g;
const LEASE_PART = 'lease';

/**
 * Returns the keys of the lock on `resource`.
 *
 * @throws {InvalidKeyError} when `resource` is empty or no text.
 * @internal
 */
export function lockKeys(keys: KeySpace, resource: string): LockKeys {
  const key = encodeKey(resource);
  const part = (name: string) => keys.tagged('lock', key, name);
  return { lease: part(LEASE_PART), fence: part('fence'), queue: part('queue') };
}

/** Returns the keys of the lock whose lease stands under `lease`. @internal */
export function siblingKeys(lease: string): LockKeys {
  const base = lease.slice(0, -LEASE_PART.length);
  return { lease, fence: `${base}fence`, queue: `${base}queue` };
}

/**
 * Returns the resource whose lease stands under `lease`, as `lockKeys` takes it; of one that was too long for a key,
 * the beginning and a hash.
 *
 * @internal
 */
export function resourceOf(lease: string): string {
  const key = lease.slice(lease.indexOf('{') + 1, lease.lastIndexOf('}'));
  return key.replace(ESCAPED, (_, wide: string | undefined, narrow: string | undefined) =>
    String.fromCharCode(parseInt(wide ?? narrow ?? '', 16)),
  );
}
