import { toMs, type Duration } from '../common/duration.js';
import { IsCallable, IsDuration, IsFlag } from '../common/option-rules.js';
import { IsCompression, IsEncryption } from './codec/codec.options.js';
import {
  FreshnessOptions,
  NO_FRESHNESS,
  resolveFreshness,
  type FreshnessPolicy,
} from './entry/freshness.options.js';
import { IsL1, resolveL1Options, type L1Options, type ResolvedL1Options } from './l1/l1.options.js';
import { IsEntityRegistry, type EntityRegistry } from './entity/entity.options.js';

/** Configures the cache: `RedisModule.forRoot({ cache: … })`. @publicApi */
export class CacheModuleOptions extends FreshnessOptions {
  /**
   * Turns the cache off: nothing is read or stored, methods and loaders always run; invalidations are still sent, so
   * that instances with a cache stay right.
   * @default true
   */
  @IsFlag()
  enabled?: boolean;

  /**
   * Is how long a read, or a call that loads, may wait for Redis before it goes on without: as long as the server needs
   * when it is well, and no longer. @default '40ms'; over REST the connection's `commandTimeout`
   */
  @IsDuration()
  timeout?: Duration;

  /** Is how long entries live that do not say it themselves. @default '5m' */
  @IsDuration()
  ttl?: Duration;

  /**
   * Returns what sets this call apart from others, for example the tenant; it is part of every key, tag and pattern.
   * An empty text or none is refused, so that a missing tenant never reads another's data. @default no scope
   */
  @IsCallable()
  scope?: () => string;

  /** Answers HTTP requests whose handling used the cache with `X-Cache: hit`, `stale` or `miss`. @default false */
  @IsFlag()
  exposeHeader?: boolean;

  /**
   * Keeps values in the process too, where a hit costs no command, for as long as the process hears of every change of
   * them; `false` keeps none and opens no connection for such news.
   * @default true: 10000 entries, 64 MiB
   */
  @IsL1()
  l1?: boolean | L1Options;

  /** Compresses values above a size, in bytes of their text. @default false; above 1024 when true */
  @IsCompression()
  compression?: boolean | { above: number };

  /**
   * Encrypts values with AES-256-GCM. The first key encrypts, all decrypt: put a new one before the old to rotate, and
   * drop the old one when the longest ttl has passed. A key is a random text of 32 characters or more, for example from
   * `openssl rand -base64 32`.
   * @default no encryption
   */
  @IsEncryption()
  encryption?: { keys: readonly string[] };

  /** Are the entities that entries may be tied to, from `defineEntities`. @default none */
  @IsEntityRegistry()
  entities?: EntityRegistry;
}

/** Are the cache's options with defaults applied. @internal */
export interface ResolvedCacheOptions {
  readonly enabled: boolean;
  /** Is undefined when nothing was said. */
  readonly timeoutMs: number | undefined;
  readonly ttlMs: number;
  readonly freshness: FreshnessPolicy;
  readonly scope: (() => string) | undefined;
  readonly exposeHeader: boolean;
  readonly entities: EntityRegistry | undefined;
  /** Is null when no values are kept in the process. */
  readonly l1: ResolvedL1Options | null;
  /** Is the size in bytes above which values are compressed; null when none is. */
  readonly compressAbove: number | null;
  /** Are the keys that values are encrypted with; empty when they are not. */
  readonly encryptionKeys: readonly string[];
}

const COMPRESS_ABOVE = 1_024;

/** Applies the defaults. @internal */
export function resolveCacheOptions(raw: CacheModuleOptions = {}): ResolvedCacheOptions {
  return {
    enabled: raw.enabled ?? true,
    timeoutMs: raw.timeout === undefined ? undefined : toMs(raw.timeout, 'cache.timeout'),
    ttlMs: toMs(raw.ttl ?? '5m', 'cache.ttl'),
    freshness: resolveFreshness(raw, NO_FRESHNESS),
    scope: raw.scope,
    exposeHeader: raw.exposeHeader ?? false,
    entities: raw.entities,
    l1: raw.enabled === false ? null : resolveL1Options(raw.l1),
    compressAbove: compressAbove(raw.compression),
    encryptionKeys: raw.encryption?.keys ?? [],
  };
}

function compressAbove(compression: CacheModuleOptions['compression'] = false): number | null {
  if (typeof compression === 'object') return compression.above;
  return compression ? COMPRESS_ABOVE : null;
}
