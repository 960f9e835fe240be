import type { SuiteEventMap } from '../common/events.js';
import type { RateLimitCounts } from './rate-limit-meters.js';
import type { LatencySummary } from './latency.js';
import type { ServerReport } from './server-report.js';

/** Counts the calls of one command or script. @publicApi */
export interface CommandCounts {
  readonly calls: number;
  readonly failures: number;
}

/** Is what one connection of this process did since the application started. @publicApi */
export interface ConnectionSnapshot {
  readonly state: SuiteEventMap['connection:availability']['state'];
  /** Counts calls of commands and scripts. */
  readonly calls: number;
  /** Counts the calls that failed, those refused at once while the server was down included. */
  readonly failures: number;
  /** Sums up the calls that were answered; null when none was. */
  readonly latency: LatencySummary | null;
  /** Counts by the name of the command or script. */
  readonly commands: Readonly<Record<string, CommandCounts>>;
  /** Counts lost connections and failed tries to connect. */
  readonly connectionErrors: number;
  /** Counts how often a lost connection was made again. */
  readonly reconnects: number;
  /** Lists what the servers say of themselves, one for each master. */
  readonly servers: readonly ServerReport[];
  /** Says why `servers` is empty; null when it is not. */
  readonly serversProblem: string | null;
}

/** Counts what this process did with locks, permits and sides of read-write locks. @publicApi */
export interface LockCounts {
  readonly acquired: number;
  /** Counts those of `acquired` that somebody else held first. */
  readonly queued: number;
  /** Counts those that were held and not waited for. */
  readonly busy: number;
  /** Counts those that did not become free in time. */
  readonly timedOut: number;
  /** Counts those that were lost while their holders still needed them. */
  readonly lost: number;
  /** Counts calls of methods under `@WithLock` that were skipped. */
  readonly skipped: number;
  /** Counts those that this process took from their holders by force. */
  readonly forced: number;
  /** Says how long it took to acquire them, the round trip included; null when none was. */
  readonly wait: LatencySummary | null;
  /** Says how long they were held until they were released, a minute at most; null when none was. */
  readonly hold: LatencySummary | null;
}

/** Is a picture of this process's use of Redis, and of the servers. @publicApi */
export interface RedisSnapshot {
  /** Is when it was taken, in ISO 8601. */
  readonly takenAt: string;
  /** Is how long was counted, in milliseconds. */
  readonly countedMs: number;
  readonly connections: Readonly<Record<string, ConnectionSnapshot>>;
  readonly locks: LockCounts;
  /** Holds what rate limits did, by the name of the policy. */
  readonly rateLimits: Readonly<Record<string, RateLimitCounts>>;
}
