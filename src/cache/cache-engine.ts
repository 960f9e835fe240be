import type { Clock } from '../common/clock.js';
import type { SuiteEvents } from '../common/events.js';
import { KeySpace } from '../common/keys/key-space.js';
import type { RedisGateway } from '../connection/redis-gateway.js';
import { CacheMeters } from './cache-meters.js';
import { CacheSpace } from './cache-space.js';
import type { CacheTrace } from './cache-trace.js';
import type { ResolvedCacheOptions } from './cache.options.js';
import { ClaimSeeker } from './claim-seeker.js';
import { ValueCipher } from './codec/value-cipher.js';
import { ValueCodec } from './codec/value-codec.js';
import { EntityGraph } from './entity-graph.js';
import { EntryLoader } from './entry-loader.js';
import type { EntryDefaults } from './entry-options.js';
import { EntryReader } from './entry-reader.js';
import { EntryStore } from './entry-store.js';
import { InvalidationDeferral } from './invalidation-deferral.js';
import { LoadNewsChannel } from './load-news.js';
import { LoadRunner } from './load-runner.js';
import { LoadSettler } from './load-settler.js';
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
export function createEngine({
  redis,
  clock,
  events,
  namespace,
  options,
  trace,
  warm,
}: EngineParts): CacheEngine {
  const keys = new KeySpace(namespace);
  const store = new EntryStore(redis);
  const tags = new TagStore(redis, store);
  const cipher = options.encryptionKeys.length === 0 ? null : new ValueCipher(options.encryptionKeys);
  const values = new ValueCodec({ compressAbove: options.compressAbove, cipher });
  const reader = new EntryReader(store, tags, values);
  const news = new LoadNewsChannel({ redis, clock, events, channel: `${keys.prefix('cache')}{loads}` });
  const seeker = new ClaimSeeker({ reader, store, tags, news, clock });
  const settler = new LoadSettler(tags, news, values);
  const runner = new LoadRunner(settler, clock);
  const entities = new EntityGraph(options.entities);
  return {
    options,
    rootSpace: CacheSpace.root(keys, options.scope),
    store,
    tags,
    values,
    reader,
    seeker,
    settler,
    runner,
    loader: new EntryLoader(reader, seeker, runner),
    meters: new CacheMeters(events, trace),
    entities,
    entryDefaults: { ttlMs: options.ttlMs, entities, canEncrypt: cipher !== null },
    deferral: new InvalidationDeferral(),
    warm,
  };
}
