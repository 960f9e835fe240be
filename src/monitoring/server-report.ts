import { infoNumber, type ServerInfo } from '../common/server-info.js';

/**
 * Is what one server says of itself; null where it does not say.
 *
 * The server's hit rate is left out on purpose: it counts every reader of the instance, so it is not the cache's.
 *
 * @publicApi
 */
export interface ServerReport {
  readonly version: string | null;
  readonly uptimeSeconds: number | null;
  readonly memory: {
    readonly usedBytes: number | null;
    readonly peakBytes: number | null;
    /** Is 0 when the server has no limit. */
    readonly maxBytes: number | null;
    readonly fragmentationRatio: number | null;
    /** Is the `maxmemory-policy`, for example `noeviction`. */
    readonly evictionPolicy: string | null;
  };
  readonly clients: { readonly connected: number | null; readonly blocked: number | null };
  readonly opsPerSecond: number | null;
  /** Counts keys the server removed to stay within its memory, since it started. */
  readonly evictedKeys: number | null;
  /** Counts keys whose time to live ended, since it started. */
  readonly expiredKeys: number | null;
  /** Counts the keys of each database that has any, by number. */
  readonly keys: Readonly<Record<string, number>>;
}

/** Picks what is reported out of `INFO`. @internal */
export function reportServer(info: ServerInfo): ServerReport {
  const number = (field: string) => infoNumber(info, field);
  return {
    version: info.get('valkey_version') ?? info.get('redis_version') ?? null,
    uptimeSeconds: number('uptime_in_seconds'),
    memory: {
      usedBytes: number('used_memory'),
      peakBytes: number('used_memory_peak'),
      maxBytes: number('maxmemory'),
      fragmentationRatio: number('mem_fragmentation_ratio'),
      evictionPolicy: info.get('maxmemory_policy') ?? null,
    },
    clients: { connected: number('connected_clients'), blocked: number('blocked_clients') },
    opsPerSecond: number('instantaneous_ops_per_sec'),
    evictedKeys: number('evicted_keys'),
    expiredKeys: number('expired_keys'),
    keys: readKeyspace(info),
  };
}

/** A field of the keyspace reads `db0:keys=1,expires=0,avg_ttl=0`. */
function readKeyspace(info: ServerInfo): Record<string, number> {
  const keys: Record<string, number> = {};
  for (const [field, text] of info) {
    const count = /^db\d+$/.test(field) ? /^keys=(\d+)/.exec(text)?.[1] : undefined;
    if (count !== undefined) keys[field.slice(2)] = Number(count);
  }
  return keys;
}
