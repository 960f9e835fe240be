import { toMs } from '../common/duration.js';
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
  const reconnect = { ...shared.reconnect, ...own.reconnect };
  const pick = <K extends keyof ConnectionSettings>(name: K) => own[name] ?? shared[name];
  return {
    connectTimeoutMs: toMs(pick('connectTimeout') ?? '2s', 'connectTimeout'),
    commandTimeoutMs: toMs(pick('commandTimeout') ?? '1s', 'commandTimeout'),
    bootTimeoutMs: toMs(pick('bootTimeout') ?? '2s', 'bootTimeout'),
    maxRetriesPerRequest: pick('maxRetriesPerRequest') ?? 0,
    reconnectAttempts: reconnect.attempts ?? 0,
    reconnectMinDelayMs: toMs(reconnect.minDelay ?? '50ms', 'reconnect.minDelay'),
    reconnectMaxDelayMs: toMs(reconnect.maxDelay ?? '1s', 'reconnect.maxDelay'),
    lazyConnect: pick('lazyConnect') ?? false,
  };
}
