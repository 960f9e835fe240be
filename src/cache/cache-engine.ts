import type { Clock } from '../common/clock.js';
import type { SuiteEvents } from '../common/events.js';
import type { EncodedPattern } from '../common/keys/encoded-key.js';
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
import { InvalidationBacklog } from './invalidation-backlog.js';
import { InvalidationDeferral } from './invalidation-deferral.js';
import { KeySweep } from './key-sweep.js';
import { LoadNewsChannel } from './load-news.js';
import { LoadRunner } from './load-runner.js';
import { LoadSettler } from './load-settler.js';
import { PromptGateway } from './prompt-gateway.js';
import { ServerClock } from './server-clock.js';
import { StaleFallback } from './stale-fallback.js';
import { TagStore } from './tag-store.js';
import { WaitLimit } from './wait-limit.js';
import type { WarmOptions, WarmProgress } from './warm-progress.js';

/** Is how long reads wait for a server that is connected directly. */
const TIMEOUT_MS = 40;

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
  /** Says that one command reaches one slot only. */
  readonly isCluster: boolean;
  readonly store: EntryStore;
  readonly sweep: KeySweep;
  readonly backlog: InvalidationBacklog;
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
  const rootSpace = CacheSpace.root(keys, options.scope);
  const base = createBase(parts, keys, rootSpace);
  const { serverClock, ...reading } = createReading({ ...parts, redis: base.prompt });
  const entities = new EntityGraph(options.entities);
  const { ttlMs, freshness, encryptionKeys } = options;
  return {
    options,
    rootSpace,
    isCluster: parts.redis.topology === 'cluster',
    store: base.store,
    sweep: base.sweep,
    backlog: base.backlog,
    ...reading,
    ...createLoading(parts, { ...base, ...reading, serverClock, channel: `${keys.prefix('cache')}{loads}` }),
    entities,
    entryDefaults: { ttlMs, freshness, entities, canEncrypt: encryptionKeys.length > 0 },
    deferral: new InvalidationDeferral(),
    warm,
  };
}

interface Base extends Pick<CacheEngine, 'store' | 'sweep' | 'backlog'> {
  /** Is Redis for reads, and all else that can be done without. */
  readonly prompt: RedisGateway;
  readonly limit: WaitLimit | null;
}

function createBase({ redis, clock, events, options }: EngineParts, keys: KeySpace, space: CacheSpace): Base {
  const store = new EntryStore(redis);
  const everything = keys.pattern('cache', '*' as string as EncodedPattern);
  const sweep = new KeySweep(store, clock, (key) => space.isEntry(key));
  const backlog = new InvalidationBacklog({
    store,
    sweep,
    clock,
    events,
    connection: redis.name,
    everything,
  });
  const limitMs = options.timeoutMs ?? (redis.topology === 'rest' ? null : TIMEOUT_MS);
  const limit = limitMs === null ? null : new WaitLimit(clock, limitMs);
  const prompt = new PromptGateway({ redis, limit, isBehind: () => backlog.isBehind });
  return { store, sweep, backlog, prompt, limit };
}

type Reading = Pick<CacheEngine, 'tags' | 'values' | 'aging' | 'reader' | 'meters'> & {
  readonly promptStore: EntryStore;
  readonly serverClock: ServerClock;
};

function createReading({ redis, clock, events, options, trace }: EngineParts): Reading {
  const { encryptionKeys, compressAbove } = options;
  const promptStore = new EntryStore(redis);
  const tags = new TagStore(redis, promptStore);
  const cipher = encryptionKeys.length === 0 ? null : new ValueCipher(encryptionKeys);
  const values = new ValueCodec({ compressAbove, cipher });
  const meters = new CacheMeters(events, trace);
  const onError = (error: unknown) => meters.of(DEFAULT_CACHE_NAME).failed('time', error);
  const serverClock = new ServerClock({ redis, clock, onError });
  const aging = new EntryAging(serverClock);
  const reader = new EntryReader({ store: promptStore, tags, values, clock: serverClock });
  return { promptStore, tags, values, aging, reader, meters, serverClock };
}

function createLoading(
  { redis, clock, events }: EngineParts,
  base: Base & Reading & { readonly channel: string },
): Pick<CacheEngine, 'fallback' | 'loader' | 'seeker' | 'settler' | 'runner'> {
  const { promptStore, store, tags, values, aging, reader, serverClock, channel, limit } = base;
  const fallback = new StaleFallback(clock);
  const news = new LoadNewsChannel({ redis, clock, events, channel });
  const seeker = new ClaimSeeker({ reader, promptStore, store, tags, news, clock, serverClock });
  const settler = new LoadSettler({ tags, news, values, aging });
  const runner = new LoadRunner({ settler, clock, limit });
  return { fallback, seeker, settler, runner, loader: new EntryLoader({ reader, seeker, runner, fallback }) };
}
