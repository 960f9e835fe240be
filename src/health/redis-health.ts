import type { Duration } from '../common/duration.js';
import type { RedisTopology } from '../connection/redis-gateway.js';

/** Says how a connection does: it answers, it answers but something is wrong, or it does not answer. @publicApi */
export type RedisHealthState = 'up' | 'degraded' | 'down';

/** Adjusts one health check. @publicApi */
export interface RedisHealthOptions {
  /** Names the one connection to check. @default every connection */
  readonly connection?: string;
  /** Limits the check, at most the connection's `commandTimeout`. @default '1s' */
  readonly timeout?: Duration;
  /** Is the status Terminus is given when something is degraded and nothing down. @default 'up' */
  readonly degradedIs?: 'up' | 'down';
}

/** Is the health of one connection. @publicApi */
export interface ConnectionHealth {
  /** Lists what the library keeps there: `cache`, `state`, or nothing for a connection of the application's own. */
  readonly roles: readonly string[];
  readonly topology: RedisTopology;
  readonly state: RedisHealthState;
  /** Is how long PING took, in milliseconds; null when it was not answered. */
  readonly latencyMs: number | null;
  /** Says what is wrong; empty when the state is `up`. */
  readonly problems: readonly string[];
  /** Says what may go wrong one day, for example without a `maxmemory`; it leaves the state as it is. */
  readonly notices: readonly string[];
}

/** Is the health of Redis, with the member `status` that Terminus reads. @publicApi */
export interface RedisHealth {
  readonly status: 'up' | 'down';
  /** Is the worst state of the connections checked. */
  readonly state: RedisHealthState;
  readonly connections: Readonly<Record<string, ConnectionHealth>>;
}

/** Is what a Terminus health check takes from an indicator. @publicApi */
export type RedisHealthResult<Key extends string = string> = Record<Key, RedisHealth>;
