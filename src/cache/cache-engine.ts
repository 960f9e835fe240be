import type { Clock } from '../common/clock.js';
import type { SuiteEvents } from '../common/events.js';
import { KeySpace } from '../common/keys/key-space.js';
import type { RedisGateway } from '../connection/redis-gateway.js';
import { CacheMeters } from './cache-meters.js';
import { CacheSpace } from './cache-space.js';
import type { CacheTrace } from './cache-trace.js';
import { DEFAULT_CACHE_NAME } from './cache.constants.js';
import type { ResolvedCacheOptions } from './cache.options.js';
import { ClaimSeeker } from './claim-seeker.js';
import { ValueCipher } from './codec/value-cipher.js';
import { ValueCodec } from './codec/value-codec.js';
import { EntryAging } from './entry-aging.js';
import { EntityGraph } from './entity-graph.js';
import { EntryLoader } from './entry-loader.js';
import type { EntryDefaults } from './entry-options.js';
import { EntryReader } from './entry-reader.js';
import { EntryStore } from './entry-store.js';
import { InvalidationDeferral } from './invalidation-deferral.js';
import { LoadNewsChannel } from './load-news.js';
import { LoadRunner } from './load-runner.js';
import { LoadSettler } from './load-settler.js';
import { ServerClock } from './server-clock.js';
import { StaleFallback } from './stale-fallback.js';
import { TagStore } from './tag-store.js';
import type { WarmOptions, WarmProgress } from './warm-progress.js';

/** Runs warmers: those of these names, or all. @internal */
export type Warm = (
  names: readonly string[] | undefined,
  options: WarmOptions,
) => AsyncIterable<WarmProgress>;

/** Is what an engine is made from. @internal */
export interface EngineParts {
  readonly redis: RedisGateway;
  readonly clock: Clock;
  readonly events: SuiteEvents;
  /** Is the application's namespace. */
  readonly namespace: string;
  readonly options: ResolvedCacheOptions;
  readonly trace: CacheTrace;
  /** Runs the application's warmers. */
  readonly warm: Warm;
}

/** Is what works behind every `CacheService` of one application. @internal */
export interface CacheEngine {
  readonly options: ResolvedCacheOptions;
  readonly rootSpace: CacheSpace;
  readonly store: EntryStore;
  readonly tags: TagStore;
  readonly values: ValueCodec;
  readonly aging: EntryAging;
  readonly fallback: StaleFallback;
  readonly reader: EntryReader;
  readonly loader: EntryLoader;
  readonly seeker: ClaimSeeker;
  readonly settler: LoadSettler;
  readonly runner: LoadRunner;
  readonly meters: CacheMeters;
  readonly entities: EntityGraph;
  readonly entryDefaults: EntryDefaults;
  readonly deferral: InvalidationDeferral;
  readonly warm: Warm;
}

/** Puts an engine together. @internal */
export function createEngine(parts: EngineParts): CacheEngine {
  const { namespace, options, warm } = parts;
  const keys = new KeySpace(namespace);
  const { serverClock, ...reading } = createReading(parts);
  const entities = new EntityGraph(options.entities);
  const { ttlMs, freshness, encryptionKeys } = options;
  return {
    options,
    rootSpace: CacheSpace.root(keys, options.scope),
    ...reading,
    ...createLoading(parts, { ...reading, serverClock, channel: `${keys.prefix('cache')}{loads}` }),
    entities,
    entryDefaults: { ttlMs, freshness, entities, canEncrypt: encryptionKeys.length > 0 },
    deferral: new InvalidationDeferral(),
    warm,
  };
}

type Reading = Pick<CacheEngine, 'store' | 'tags' | 'values' | 'aging' | 'reader' | 'meters'> & {
  readonly serverClock: ServerClock;
};

function createReading({ redis, clock, events, options, trace }: EngineParts): Reading {
  const { encryptionKeys, compressAbove } = options;
  const store = new EntryStore(redis);
  const tags = new TagStore(redis, store);
  const cipher = encryptionKeys.length === 0 ? null : new ValueCipher(encryptionKeys);
  const values = new ValueCodec({ compressAbove, cipher });
  const meters = new CacheMeters(events, trace);
  const onError = (error: unknown) => meters.of(DEFAULT_CACHE_NAME).failed('time', error);
  const serverClock = new ServerClock({ redis, clock, onError });
  const aging = new EntryAging(serverClock);
  const reader = new EntryReader({ store, tags, values, clock: serverClock });
  return { store, tags, values, aging, reader, meters, serverClock };
}

function createLoading(
  { redis, clock, events }: EngineParts,
  { store, tags, values, aging, reader, serverClock, channel }: Reading & { readonly channel: string },
): Pick<CacheEngine, 'fallback' | 'loader' | 'seeker' | 'settler' | 'runner'> {
  const fallback = new StaleFallback(clock);
  const news = new LoadNewsChannel({ redis, clock, events, channel });
  const seeker = new ClaimSeeker({ reader, store, tags, news, clock, serverClock });
  const settler = new LoadSettler({ tags, news, values, aging });
  const runner = new LoadRunner(settler, clock);
  return { fallback, seeker, settler, runner, loader: new EntryLoader({ reader, seeker, runner, fallback }) };
}
