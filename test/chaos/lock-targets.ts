import type { LockKind } from '../../src/lock/lock-keys.js';
import type { LockService } from '../../src/lock/lock.service.js';

/** Is something that the processes want to hold. */
export interface LockTarget {
  readonly name: string;
  readonly kind: LockKind;
  /** Is how much may be held at a time, by what each holder counts for. */
  readonly most: number;
}

/** Counts the permits of the semaphore. */
export const PERMITS = 2;
/** Is what a writer counts for, of whom no reader may be beside. */
export const WRITER = 1_000;

export const LOCK_TARGETS: readonly LockTarget[] = [
  { name: 'a', kind: 'lock', most: 1 },
  { name: 'b', kind: 'lock', most: 1 },
  { name: 'kept', kind: 'lock', most: 1 },
  { name: 'permits', kind: 'semaphore', most: PERMITS },
  { name: 'access', kind: 'read-write', most: WRITER },
];

/** Takes it from whoever holds it. */
export function force(locks: LockService, { name, kind }: LockTarget): Promise<boolean> {
  if (kind === 'semaphore') return locks.semaphore(name, PERMITS).forceRelease('chaos');
  if (kind === 'read-write') return locks.readWrite(name).forceRelease('chaos');
  return locks.forceRelease(name, 'chaos');
}
