import { encodeKey } from '../common/keys/key-encoding.js';
import type { KeySpace } from '../common/keys/key-space.js';
import { InvalidKeyError, typeName } from '../common/keys/key.errors.js';

/** Says what is held: a lock, a permit of a semaphore, or one side of a read-write lock. @internal */
export type LockKind = 'lock' | 'semaphore' | 'read-write';

/** Are the Redis keys of one lock, semaphore or read-write lock; they share a Cluster slot. @internal */
export interface LockKeys {
  readonly kind: LockKind;
  /** Holds who has it, for as long as the leases last. */
  readonly lease: string;
  /** Holds the last fence. */
  readonly fence: string;
  /** Lists those who wait. */
  readonly queue: string;
}

/** Is the last part of each key, in the order of `LockKeys`. */
const PARTS: Record<LockKind, readonly [lease: string, fence: string, queue: string]> = {
  lock: ['lease', 'fence', 'queue'],
  semaphore: ['permits', 'permits-fence', 'permits-queue'],
  'read-write': ['access', 'access-fence', 'access-queue'],
};
const KINDS = new Map(Object.entries(PARTS).map(([kind, [lease]]) => [lease, kind as LockKind]));
/** Is how the keys escape what is not plain: `%XX`, or `%uXXXX`. */
const ESCAPED = /%(?:u([0-9A-F]{4})|([0-9A-F]{2}))/g;

/**
 * Returns the keys of the lock, or of what else there is by the name, on `resource`.
 *
 * @throws {InvalidKeyError} when `resource` is empty or no text.
 * @internal
 */
export function lockKeys(keys: KeySpace, resource: string, kind: LockKind = 'lock'): LockKeys {
  const name: unknown = resource;
  // A list would pass for the parts of one name, and whoever means several locks would have one that nobody else takes.
  if (typeof name !== 'string' || name === '') {
    const problem = name === '' ? 'empty' : typeName(name);
    throw new InvalidKeyError('The name of what is locked', `is ${problem}; give a text`);
  }
  return keysFrom(keys.tagged('lock', encodeKey(resource), ''), kind);
}

/** Returns the keys of that whose leases stand under `lease`; undefined when no lease can stand there. @internal */
export function siblingKeys(lease: string): LockKeys | undefined {
  const end = lease.lastIndexOf(':') + 1;
  const kind = KINDS.get(lease.slice(end));
  return kind === undefined ? undefined : keysFrom(lease.slice(0, end), kind);
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

function keysFrom(base: string, kind: LockKind): LockKeys {
  const [lease, fence, queue] = PARTS[kind];
  return { kind, lease: base + lease, fence: base + fence, queue: base + queue };
}
