import { hostname } from 'node:os';
import { toMs, type Duration } from '../common/duration.js';
import { IsFlag, IsWholeNumber } from '../common/option-rules.js';
import { assertOptions } from '../common/option-validation.js';
import { IsAbortSignal, IsLeastTime, IsOwner, IsTtl, IsWait, IsWorkerChoice } from './lock.rules.js';

/** Configures locks. @publicApi */
export class LockModuleOptions {
  /** Is how long a lock outlives a holder that died, from 10 ms to a day. @default '30s' */
  @IsTtl() ttl?: Duration;
  /** Is how long `acquire` waits for a lock that is held; false does not wait. @default '10s' */
  @IsWait() wait?: Duration | false;
  /** Names this instance as the owner of its locks, for people who look at them. @default '<host>:<pid>' */
  @IsOwner() owner?: string;
  /**
   * Is how long after a restart that emptied the server no lock is granted, so that those who hold one can say so;
   * false grants at once. Concerns only processes that saw the server restart.
   *
   * @default `lock.ttl`, or the longest ttl that this process has used since
   */
  @IsWait() restartGuard?: Duration | false;
  /**
   * Refuses every lock, with `LockRefusedError`, on a server that may evict locks. Without it such a server is only
   * reported: in the log at boot, and by the health indicator.
   *
   * @default false
   */
  @IsFlag() requireNoEviction?: boolean;
  /**
   * Is how many replicas must have a lock before it is handed out, from 0 to 10, so that a failover does not lose it;
   * with fewer in time it is given back and refused with `RedisUnavailableError`. Not on Cluster or over REST.
   *
   * @default 0
   */
  @IsWholeNumber(0, 10) replicas?: number;
}

/** Adjusts one acquisition of a lock, a permit or a side of a read-write lock. @publicApi */
export class HoldOptions {
  /** Is how long the lock outlives a holder that died, from 10 ms to a day. @default `lock.ttl` */
  @IsTtl() ttl?: Duration;
  /** Is how long to wait for a lock that is held; false does not wait. @default `lock.wait` */
  @IsWait() wait?: Duration | false;
  /** Prolongs the lease, again and again, until the lock is released. @default true */
  @IsFlag() renew?: boolean;
  /** Ends the wait, with its reason. */
  @IsAbortSignal() signal?: AbortSignal;
  /** Names the owner, for people who look at the lock. @default `lock.owner` */
  @IsOwner() owner?: string;
  /**
   * Keeps the lock for at least this long, even if it is released earlier: for jobs that are shorter than the clocks of
   * their instances are apart.
   *
   * @default 0
   */
  @IsLeastTime() atLeastFor?: Duration;
  /** Ends the lock after this long, whatever becomes of its holder, whose `signal` aborts. @default no end */
  @IsTtl() atMostFor?: Duration;
  /**
   * Has a worker thread prolong the lease while the event loop is blocked, up to `max` after the loop was last seen to
   * run, from the ttl to a day; then it ends. Needs one server over TCP: not on Cluster, over REST, or in a quorum.
   *
   * @default no thread: a loop that is blocked for longer than `ttl` loses its lock
   */
  @IsWorkerChoice() renewInWorker?: { readonly max: Duration };
}

/** Adjusts one acquisition of a lock. @publicApi */
export class LockOptions extends HoldOptions {
  /**
   * Lets in whoever holds the lock already: code that runs inside `withLock` or a method under `@WithLock` for the same
   * resource. The lock is given back when the last of them is done.
   *
   * @default false
   */
  @IsFlag() reentrant?: boolean;
}

/** Is the module's options with every default resolved. @internal */
export interface ResolvedLockOptions {
  readonly ttlMs: number;
  /** Is 0 when not to wait. */
  readonly waitMs: number;
  readonly owner: string;
  /** Is null when it follows the longest ttl, 0 when off. */
  readonly restartGuardMs: number | null;
  readonly requireNoEviction: boolean;
  readonly replicas: number;
}

/** Is the options of one lock with every default resolved. @internal */
export interface ResolvedLock {
  readonly ttlMs: number;
  /** Is 0 when not to wait. */
  readonly waitMs: number;
  readonly renew: boolean;
  readonly signal: AbortSignal | undefined;
  readonly owner: string;
  readonly atLeastMs: number;
  /** Is infinite without an end. */
  readonly atMostMs: number;
  /** Is 0 without a thread. */
  readonly blockedMs: number;
  readonly reentrant: boolean;
}

/** Resolves every default. @internal */
export function resolveLockOptions(raw: LockModuleOptions = {}): ResolvedLockOptions {
  return {
    ttlMs: toMs(raw.ttl ?? '30s', 'lock.ttl'),
    waitMs: millisecondsOf(raw.wait ?? '10s', 'lock.wait'),
    owner: raw.owner ?? `${hostname()}:${process.pid}`,
    restartGuardMs:
      raw.restartGuard === undefined ? null : millisecondsOf(raw.restartGuard, 'lock.restartGuard'),
    requireNoEviction: raw.requireNoEviction ?? false,
    replicas: raw.replicas ?? 0,
  };
}

/** Is the options of a caller who gives none. @internal */
export const NONE: LockOptions = Object.freeze({});

const known = new WeakSet<LockOptions>();

/**
 * Checks the options of one lock and fills in the module's.
 *
 * @throws {InvalidOptionsError} listing every bad option; `where` heads the message.
 * @internal
 */
export function resolveLock(raw: LockOptions, defaults: ResolvedLockOptions, where: string): ResolvedLock {
  // It is on the path of every acquisition, and a decorator gives the same object each time.
  if (raw !== NONE && !known.has(raw)) {
    assertOptions(LockOptions, raw, where);
    if (Object.isFrozen(raw)) known.add(raw);
  }
  const atMostMs = raw.atMostFor === undefined ? Infinity : toMs(raw.atMostFor, 'atMostFor');
  return {
    ttlMs: Math.min(atMostMs, raw.ttl === undefined ? defaults.ttlMs : toMs(raw.ttl, 'ttl')),
    waitMs: raw.wait === undefined ? defaults.waitMs : millisecondsOf(raw.wait, 'wait'),
    renew: raw.renew ?? true,
    signal: raw.signal,
    owner: raw.owner ?? defaults.owner,
    atLeastMs: raw.atLeastFor === undefined ? 0 : toMs(raw.atLeastFor, 'atLeastFor'),
    atMostMs,
    blockedMs: raw.renewInWorker === undefined ? 0 : toMs(raw.renewInWorker.max, 'renewInWorker.max'),
    reentrant: raw.reentrant ?? false,
  };
}

/** Returns a ttl in milliseconds. @throws {InvalidOptionsError} when it is out of range. @internal */
export function resolveTtl(ttl: Duration): number {
  assertOptions(LockOptions, { ttl }, 'Lock.extend');
  return toMs(ttl, 'ttl');
}

function millisecondsOf(value: Duration | false, path: string): number {
  return value === false ? 0 : toMs(value, path);
}
