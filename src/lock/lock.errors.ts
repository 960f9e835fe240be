import { RedisSuiteError } from '../common/errors.js';

/** Says that somebody else holds the lock and the caller did not want to wait. @publicApi */
export class LockBusyError extends RedisSuiteError {
  readonly code = 'E_LOCK_BUSY';

  constructor(readonly resource: string) {
    super(`The lock '${resource}' is held by somebody else; try again later, or set 'wait' to wait for it.`);
  }
}

/** Says that the lock did not become free in time. @publicApi */
export class LockTimeoutError extends RedisSuiteError {
  readonly code = 'E_LOCK_TIMEOUT';

  constructor(
    readonly resource: string,
    /** Is how long the caller waited, in milliseconds. */
    readonly waitedMs: number,
  ) {
    super(
      `The lock '${resource}' did not become free within ${waitedMs} ms; try again later, or raise 'wait'.`,
    );
  }
}

/**
 * Says why a lock is not held any more: its lease ended before it could be renewed, its `atMostFor` is over, somebody
 * deleted or took it, somebody released it by force, the application shuts down, or its holder has released it.
 *
 * @publicApi
 */
export type LockLostReason = 'expired' | 'overrun' | 'gone' | 'revoked' | 'shutdown' | 'released';

const WHY: Record<LockLostReason, string> = {
  expired: 'its lease ended before it could be renewed',
  overrun: "it was held for as long as 'atMostFor' allows",
  gone: 'the server does not know it any more, or knows another holder',
  revoked: 'it was released by force',
  shutdown: 'the application shuts down',
  released: 'it has been released',
};

/** Says that a lock is not held any more: stop what it protected. Is also the reason of its `signal`. @publicApi */
export class LockLostError extends RedisSuiteError {
  readonly code = 'E_LOCK_LOST';

  constructor(
    readonly resource: string,
    readonly reason: LockLostReason,
  ) {
    super(`The lock '${resource}' is not held any more: ${WHY[reason]}. Stop what it protected.`);
  }
}

/** Says that no lock is given on this server, as `lock.requireNoEviction` asks. @publicApi */
export class LockRefusedError extends RedisSuiteError {
  readonly code = 'E_LOCK_REFUSED';

  constructor(
    /** Says what is wrong with the server. */
    readonly problem: string,
  ) {
    super(`No lock is given, as 'lock.requireNoEviction' asks. ${problem}`);
  }
}

/**
 * Says that the thread that keeps locks while the event loop is blocked cannot do so now, as `lock:worker-failed` tells.
 * The locks are held; while the event loop runs they are prolonged as ever.
 *
 * @publicApi
 */
export class LockWorkerError extends RedisSuiteError {
  readonly code = 'E_LOCK_WORKER';

  constructor(
    /** Says what went wrong. */
    readonly problem: string,
  ) {
    super(
      `The thread that keeps locks while the event loop is blocked cannot do so now (${problem}). They are prolonged ` +
        `as ever while it runs; see 'renewInWorker'.`,
    );
  }
}

/** Says that something needs a lock service or a lock, and there is none where it was called. @publicApi */
export class LockContextError extends RedisSuiteError {
  readonly code = 'E_LOCK_CONTEXT';
}
