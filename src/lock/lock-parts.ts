import type { LockDesk } from './lock-desk.js';
import type { LockEngine } from './lock-engine.js';
import type { LockInspector } from './lock-info.js';

/** Is what the objects for one lock, semaphore or read-write lock are made of. @internal */
export interface LockParts {
  readonly desk: LockDesk;
  readonly engine: LockEngine;
  readonly inspector: LockInspector;
}
