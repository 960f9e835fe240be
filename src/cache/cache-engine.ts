import type { Clock } from '../common/clock.js';
import type { SuiteEvents } from '../common/events.js';
import type { EncodedPattern } from '../common/keys/encoded-key.js';
import { KeySpace } from '../common/keys/key-space.js';
import type { RedisGateway } from '../connection/redis-gateway.js';
import { MAX_REPLICA_LAG_MS } from '../connection/replica-reader.js';
import { CacheMeters } from './stats/cache-meters.js';
import { CacheSpace } from './cache-space.js';
import type { CacheTrace } from './stats/cache-trace.js';
import { DEFAULT_CACHE_NAME } from './cache.constants.js';
import type { ResolvedCacheOptions } from './cache.options.js';
import { ClaimRenewal } from './load/claim-renewal.js';
import { ClaimSeeker } from './load/claim-seeker.js';
import { ValueCipher } from './codec/value-cipher.js';
import { ValueCodec } from './codec/value-codec.js';
import { EntryAging } from './entry/entry-aging.js';
import { EntityGraph } from './entity/entity-graph.js';
import { EntryJudge } from './entry/entry-judge.js';
import { EntryLoader } from './load/entry-loader.js';
import type { EntryDefaults } from './entry/entry-options.js';
import { EntryReader } from './entry/entry-reader.js';
import { EntryStore } from './entry/entry-store.js';
import { InvalidationBacklog } from './invalidation/invalidation-backlog.js';
import { InvalidationDeferral } from './invalidation/invalidation-deferral.js';
import { KeySweep } from './invalidation/key-sweep.js';
import { L1Tier } from './l1/l1-tier.js';
import { LoadChain } from './load/load-chain.js';
import { LoadNewsChannel } from './load/load-news.js';
import { LoadRunner } from './load/load-runner.js';
import { LoadSettler } from './load/load-settler.js';
import { LoadWait } from './load/load-wait.js';
import { OwnChanges } from './entry/own-changes.js';
import { PromptGateway } from './entry/prompt-gateway.js';
import { ServerClock } from './entry/server-clock.js';
import { StaleFallback } from './load/stale-fallback.js';
import { TagStore } from './entry/tag-store.js';
import { WaitLimit } from './entry/wait-limit.js';
import { WorkCount } from './load/work-count.js';
import type { WarmOptions, WarmProgress } from './warming/warm-progress.js';

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
  readonly l1: L1Tier;
  readonly store: EntryStore;
  readonly sweep: KeySweep;
  readonly backlog: InvalidationBacklog;
  readonly tags: TagStore;
  readonly values: ValueCodec;
  readonly aging: EntryAging;
  readonly fallback: StaleFallback;
  readonly reader: EntryReader;
  readonly loader: EntryLoader;
  readonly chain: LoadChain;
  readonly judge: EntryJudge;
  readonly waiting: LoadWait;
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
  const reading = createReading(parts, base);
  const entities = new EntityGraph(options.entities);
  const { ttlMs, freshness, encryptionKeys } = options;
  return {
    options,
    rootSpace,
    isCluster: parts.redis.topology === 'cluster',
    l1: base.l1,
    store: base.store,
    sweep: base.sweep,
    backlog: base.backlog,
    meters: base.meters,
    ...reading,
    ...createLoading(parts, { ...base, ...reading, channel: `${keys.prefix('cache')}{loads}` }),
    entities,
    entryDefaults: { ttlMs, freshness, entities, canEncrypt: encryptionKeys.length > 0 },
    deferral: new InvalidationDeferral(),
    warm,
  };
}

interface Base extends Pick<CacheEngine, 'l1' | 'store' | 'sweep' | 'backlog' | 'meters'> {
  /** Is Redis for reads, and all else that can be done without. */
  readonly prompt: RedisGateway;
  readonly limit: WaitLimit | null;
  readonly serverClock: ServerClock;
  readonly changes: OwnChanges;
}

function createBase(parts: EngineParts, keys: KeySpace, space: CacheSpace): Base {
  const { redis, clock, events, options, trace } = parts;
  const l1: L1Tier = new L1Tier({
    ...{ redis, clock, options: options.l1, prefix: keys.prefix('cache') },
    serverNow: () => serverClock.now(),
    onMode: (coherence) => events.emit('cache:coherence', { coherence }),
  });
  const changes = new OwnChanges(clock, MAX_REPLICA_LAG_MS);
  const store = new EntryStore(redis, l1, changes);
  const everything = keys.pattern('cache', '*' as string as EncodedPattern);
  const sweep = new KeySweep(store, clock, (key) => space.isEntry(key));
  const backlog = new InvalidationBacklog({
    ...{ store, sweep, clock, events, everything },
    connection: redis.name,
  });
  const limitMs = options.timeoutMs ?? (redis.topology === 'rest' ? null : TIMEOUT_MS);
  const limit = limitMs === null ? null : new WaitLimit(clock, limitMs);
  events.on('connection:availability', ({ connection, state }) => {
    if (connection === redis.name && state === 'down') limit?.endAll();
  });
  const prompt = new PromptGateway({ redis, limit, isBehind: () => backlog.isBehind });
  const meters = new CacheMeters(events, trace);
  const onError = (error: unknown) => meters.of(DEFAULT_CACHE_NAME).failed('time', error);
  const serverClock: ServerClock = new ServerClock({ redis: prompt, clock, onError });
  return { l1, changes, store, sweep, backlog, prompt, limit, meters, serverClock };
}

type Reading = Pick<CacheEngine, 'tags' | 'values' | 'aging' | 'reader' | 'judge'> & {
  readonly promptStore: EntryStore;
};

function createReading({ options }: EngineParts, { prompt, l1, serverClock, changes }: Base): Reading {
  const { encryptionKeys, compressAbove } = options;
  const promptStore = new EntryStore(prompt, l1, changes);
  const tags = new TagStore(prompt, promptStore, l1);
  const cipher = encryptionKeys.length === 0 ? null : new ValueCipher(encryptionKeys);
  const values = new ValueCodec({ compressAbove, cipher });
  const aging = new EntryAging(serverClock);
  const judge = new EntryJudge({ tags, values, clock: serverClock });
  const reader = new EntryReader({ store: promptStore, l1, tags, values, judge, clock: serverClock });
  return { promptStore, tags, values, aging, judge, reader };
}

function createLoading(
  { redis, clock, events }: EngineParts,
  base: Base & Reading & { readonly channel: string },
): Pick<CacheEngine, 'fallback' | 'loader' | 'chain' | 'waiting' | 'seeker' | 'settler' | 'runner'> {
  const { promptStore, store, tags, values, aging, judge, reader, serverClock, channel, limit } = base;
  const fallback = new StaleFallback(clock);
  const news = new LoadNewsChannel({ redis, clock, events, channel });
  const claims = { promptStore, store, serverClock, renewal: new ClaimRenewal(clock) };
  const isAway = () => redis.availability.state === 'down';
  const waiting = new LoadWait({ reader, judge, store, news, clock, isAway });
  const seeker = new ClaimSeeker({ judge, claims, tags, waiting, clock });
  const work = new WorkCount();
  const settler = new LoadSettler({ tags, news, values, aging, work });
  const chain = new LoadChain();
  const runner = new LoadRunner({ values, settler, clock, limit, work, chain });
  const loader = new EntryLoader({ reader, seeker, runner, fallback, chain });
  return { fallback, chain, waiting, seeker, settler, runner, loader };
}
