import { MAX_TIMER_MS } from '../common/clock.js';
import { toMs, type Duration } from '../common/duration.js';
import type { ConnectionSettings } from './connection.options.js';

/** Holds a connection's settings with every default filled in. @internal */
export interface ResolvedConnectionSettings {
  readonly connectTimeoutMs: number;
  readonly commandTimeoutMs: number;
  readonly bootTimeoutMs: number;
  readonly maxRetriesPerRequest: number;
  /** Is 0 when the search for a lost server never ends. */
  readonly reconnectAttempts: number;
  readonly reconnectMinDelayMs: number;
  readonly reconnectMaxDelayMs: number;
  readonly lazyConnect: boolean;
}

/** Fills in the defaults: those of `own`, then those of `shared`, then the library's. @internal */
export function resolveSettings(
  own: ConnectionSettings,
  shared: ConnectionSettings = {},
): ResolvedConnectionSettings {
  const [mine, theirs] = [own.reconnect ?? {}, shared.reconnect ?? {}];
  const pick = <K extends keyof ConnectionSettings>(name: K) => own[name] ?? shared[name];
  return {
    connectTimeoutMs: timerMs(pick('connectTimeout') ?? '2s', 'connectTimeout'),
    commandTimeoutMs: timerMs(pick('commandTimeout') ?? '1s', 'commandTimeout'),
    bootTimeoutMs: timerMs(pick('bootTimeout') ?? '2s', 'bootTimeout'),
    maxRetriesPerRequest: pick('maxRetriesPerRequest') ?? 0,
    reconnectAttempts: mine.attempts ?? theirs.attempts ?? 0,
    reconnectMinDelayMs: timerMs(mine.minDelay ?? theirs.minDelay ?? '50ms', 'reconnect.minDelay'),
    reconnectMaxDelayMs: timerMs(mine.maxDelay ?? theirs.maxDelay ?? '1s', 'reconnect.maxDelay'),
    lazyConnect: pick('lazyConnect') ?? false,
  };
}

/** ioredis hands these to timers as they are, and a timer takes more than it can wait for nothing. */
function timerMs(value: Duration, path: string): number {
  return Math.min(toMs(value, path), MAX_TIMER_MS);
}
