import { toError } from '../common/errors.js';
import type { CacheKey } from '../common/keys/cache-key.js';
import type { EncodedKey } from '../common/keys/encoded-key.js';
import type { CacheEntryOptions, CacheFormOptions } from './entry/entry-options.js';
import { BulkLoader } from './load/bulk-loader.js';
import type { CacheEngine } from './cache-engine.js';
import { CacheInvalidator, type KeySurvey } from './invalidation/cache-invalidator.js';
import type { CacheMeter } from './stats/cache-meter.js';
import type { CacheSpace } from './cache-space.js';
import type { CacheStats } from './stats/cache-stats.js';
import { DEFAULT_CACHE_NAME } from './cache.constants.js';
import type { EntityAction, EntityId } from './entity/entity.options.js';
import { CacheReads, type NamedLoad } from './cache-reads.js';
import { EntryWriter, type CacheEntry } from './entry/entry-writer.js';
import { NOT_KEPT } from './l1/l1-tier.js';
import type { InvalidationReport } from './invalidation/invalidation-report.js';
import type { RemovalOptions } from './invalidation/key-sweep.js';
import { mayAskForContext, type LoadContext } from './load/load-context.js';
import type { WarmOptions, WarmProgress } from './warming/warm-progress.js';

/** Is where a `CacheService` works. @internal */
export interface CachePlace {
  readonly space: CacheSpace;
  readonly name: string;
}

/**
 * Caches values in Redis for all instances of the application.
 *
 * Redis being away never makes a read or a `set` throw; invalidations reject, because nobody else would know that they
 * did not take place. A value whose load began before an invalidation is never stored after it.
 *
 * @example
 * ```ts
 * const user = await this.cache.getOrSet(['user', id], () => this.users.find(id), { ttl: '1h', tags: ['users'] });
 * await this.cache.invalidateTags('users');
 * ```
 * @publicApi
 */
export class CacheService {
  readonly #engine: CacheEngine;
  readonly #place: CachePlace;
  readonly #meter: CacheMeter;
  readonly #reads: CacheReads;
  readonly #invalidator: CacheInvalidator;
  readonly #writer: EntryWriter;

  /** @internal */
  constructor(
    engine: CacheEngine,
    place: CachePlace = { space: engine.rootSpace, name: DEFAULT_CACHE_NAME },
  ) {
    this.#engine = engine;
    this.#place = place;
    this.#meter = engine.meters.of(place.name);
    this.#reads = new CacheReads(engine, place.space, this.#meter);
    this.#invalidator = new CacheInvalidator(engine, place.space, this.#meter);
    this.#writer = new EntryWriter(engine, place.space, this.#meter);
  }

  /**
   * Reads a value. GET, and MGET for its tags, O(1).
   *
   * @returns undefined when there is none, or when the value is undefined: `has` tells; null is a value.
   * @throws {InvalidKeyError} when the key has a part without a text.
   */
  get<T>(key: CacheKey, options?: CacheFormOptions): Promise<T | undefined> {
    try {
      const redisKey = this.#place.space.entry(key);
      const kept = this.#reads.kept(redisKey, options);
      const found = kept === NOT_KEPT ? this.#reads.get(redisKey, options) : Promise.resolve(kept);
      return found as Promise<T | undefined>;
    } catch (error) {
      return Promise.reject(toError(error));
    }
  }

  /**
   * Reads a value, or loads and stores it: once for all callers in all processes. Rejects with what the loader threw,
   * and never because of Redis. One round trip for a hit, two and the loader for a miss; where misses are seldom, or tags
   * new to this process, one more each.
   *
   * A process that dies while it loads makes the others wait for two seconds at most.
   *
   * @throws {InvalidKeyError} when the key has a part without a text.
   */
  getOrSet<T>(
    key: CacheKey,
    loader: (context: LoadContext) => T | Promise<T>,
    options?: CacheEntryOptions,
  ): Promise<T> {
    try {
      const redisKey = this.#place.space.entry(key);
      const kept = this.#reads.kept(redisKey, options);
      const found =
        kept === NOT_KEPT
          ? this.#reads.load(redisKey, { load: loader, setsTags: mayAskForContext(loader) }, options)
          : Promise.resolve(kept);
      return found as Promise<T>;
    } catch (error) {
      return Promise.reject(toError(error));
    }
  }

  /** Is `getOrSet` for `@Cached`, which names the cache and knows whether its loader gives tags. @internal */
  load(key: EncodedKey, loader: NamedLoad, options: CacheEntryOptions): Promise<unknown> {
    return this.#reads.load(this.#place.space.encodedEntry(key), loader, options);
  }

  /** Returns what the process keeps for a call of a method with `@Cached`. @internal */
  kept(key: EncodedKey, options: CacheFormOptions, name: string): unknown {
    return this.#reads.kept(this.#place.space.encodedEntry(key), options, name);
  }

  /**
   * Stores a value; loads of the same key that are under way will not replace it. SET, O(1).
   *
   * @throws {CacheCodecError} when the value cannot be stored faithfully, for example a function.
   * @throws {InvalidKeyError} when the key has a part without a text.
   */
  async set(key: CacheKey, value: unknown, options?: CacheEntryOptions): Promise<void> {
    await this.setMany([{ key, value, ...(options !== undefined && { options }) }]);
  }

  /** Reads several values, in the order of their keys. MGET, O(keys). */
  async getMany<T>(keys: readonly CacheKey[], options?: CacheFormOptions): Promise<(T | undefined)[]> {
    const found = this.#reads.getMany(
      keys.map((key) => this.#place.space.entry(key)),
      options,
    );
    return found as Promise<(T | undefined)[]>;
  }

  /** Stores several values. One SET each, sent together. @throws {CacheCodecError} when one cannot be stored. */
  async setMany(entries: Iterable<CacheEntry>): Promise<void> {
    await this.#writer.write([...entries]);
  }

  /**
   * Reads several values and loads the missing ones with one call of `loader`; keys that it leaves out of its answer
   * are `undefined` and not stored. What another call is loading, in whatever process, is taken from there, after what
   * is loaded here; what comes to nothing there is loaded here by a second call. Within a loader nothing is waited for.
   *
   * @returns the values in the order of the keys, matched by what the keys mean: `'user:1'` is `['user', 1]`.
   */
  async getOrSetMany<T>(
    keys: readonly CacheKey[],
    loader: (missing: CacheKey[]) => Promise<ReadonlyMap<CacheKey, T>>,
    options?: CacheEntryOptions,
  ): Promise<T[]> {
    const requests = keys.map((key) => ({
      ...this.#reads.request(this.#place.space.entry(key), options),
      callerKey: key,
    }));
    return (await new BulkLoader(this.#engine, this.#place.space, this.#meter).load(requests, loader)) as T[];
  }

  /** Tells whether there is a value, `undefined` and null included; while Redis is away, only one that the process keeps. */
  async has(key: CacheKey, options?: CacheFormOptions): Promise<boolean> {
    return this.#reads.has(this.#place.space.entry(key), options);
  }

  /** @returns how long the value is fresh in ms; null when there is none or Redis is away. GET and PTTL, O(1). */
  async ttl(key: CacheKey, options?: CacheFormOptions): Promise<number | null> {
    const request = this.#reads.request(this.#place.space.entry(key), options);
    return this.#engine.options.enabled ? this.#engine.reader.ttl(request) : null;
  }

  /**
   * Removes entries; calls from now on load anew, and no load that began before is stored. UNLINK, O(keys).
   *
   * @returns how many there were.
   * @throws {CacheUnavailableError} when Redis is away.
   */
  delete(...keys: CacheKey[]): Promise<number> {
    return this.#invalidator.keys(keys);
  }

  /**
   * Invalidates every entry of this namespace that has one of the tags, at the same cost however many there are.
   * UNLINK, O(tags).
   *
   * @throws {CacheUnavailableError} when Redis is away.
   */
  invalidateTags(...tags: string[]): Promise<void> {
    return this.#invalidator.tags(tags);
  }

  /**
   * Invalidates every entry of this namespace that belongs to an instance of an entity or to those its cascades reach.
   * UNLINK, O(instances), once.
   *
   * @param action what happened to the instance; what cascades reach is updated. @default 'update'
   * @throws {InvalidOptionsError} when there is no such entity or action.
   * @throws {CascadeError} when the `ids` of a cascade fail; what was found is invalidated.
   * @throws {CacheUnavailableError} when Redis is away.
   */
  async invalidateEntity(
    entity: string,
    id: EntityId,
    action: EntityAction = 'update',
  ): Promise<InvalidationReport> {
    return this.#invalidator.entity(this.#engine.entities.change(entity, id, action));
  }

  /** Returns what `invalidateEntity` would touch, and invalidates nothing. @throws as that does. */
  async planInvalidation(
    entity: string,
    id: EntityId,
    action: EntityAction = 'update',
  ): Promise<InvalidationReport> {
    return this.#invalidator.plan(this.#engine.entities.change(entity, id, action));
  }

  /**
   * Runs `fn`, a database transaction for example, and sends the invalidations it asked for once it has succeeded; if it
   * throws, they are dropped. They resolve at once, counting 0. Calls within others join the outermost. Redis being away
   * is the event `cache:error`: what `fn` did is done.
   *
   * @returns what `fn` does.
   */
  deferInvalidations<T>(fn: () => Promise<T>): Promise<T> {
    return this.#engine.deferral.run(fn);
  }

  /**
   * Removes the entries whose keys match a pattern of this namespace, for example `user:*`; loads under way are not
   * stored. SCAN and UNLINK in batches on every master, O(keys in Redis).
   *
   * @returns how many there were; with `dryRun` nothing is removed.
   * @throws {CacheBudgetError} when `budget` does not suffice; some are removed then.
   * @throws {CacheUnavailableError} when Redis is away; some may be removed then.
   */
  async deletePattern(
    pattern: string,
    { dryRun = false, ...options }: RemovalOptions & { dryRun?: boolean } = {},
  ): Promise<number> {
    if (dryRun) return (await this.survey(pattern, 0)).count;
    return this.#invalidator.pattern(pattern, 'pattern', options);
  }

  /** Is the dry run of `deletePattern` with up to `sampleSize` of the keys, for the admin routes. @internal */
  survey(pattern: string, sampleSize: number): Promise<KeySurvey> {
    return this.#invalidator.survey(pattern, sampleSize);
  }

  /** Removes every entry of this namespace and those within it, and nothing else; like `deletePattern('*')`. */
  clear(options?: RemovalOptions): Promise<number> {
    return this.#invalidator.pattern('*', 'clear', options);
  }

  /**
   * Returns the cache of a namespace: keys that begin with its name, and tags of its own. The namespace is part of the
   * key: `namespace('user').get('1')` reads what `get('user:1')` does.
   */
  namespace(name: string): CacheService {
    const isRoot = this.#place.name === DEFAULT_CACHE_NAME;
    return new CacheService(this.#engine, {
      space: this.#place.space.within(name),
      name: isRoot ? name : `${this.#place.name}:${name}`,
    });
  }

  /**
   * Fills the cache: runs the methods with `@CacheWarmer` of these names, or all, one after the other, and their steps a
   * few at a time. Nothing happens until somebody iterates; who stops iterating ends it.
   *
   * @returns how far it has come, after each step and at each warmer's end; a step that fails is told of, and the
   * others go on.
   * @throws {InvalidOptionsError} when there is no warmer of a name.
   * @example
   * ```ts
   * for await (const { warmer, done, failed, error } of cache.warm()) {
   *   if (error) console.error(warmer, error.message, { done, failed });
   * }
   * ```
   */
  warm(names?: string | readonly string[], options: WarmOptions = {}): AsyncIterable<WarmProgress> {
    return this.#engine.warm(typeof names === 'string' ? [names] : names, options);
  }

  /** Returns what the caches of this process did since it started: in all, and by name. */
  stats(): CacheStats {
    return { ...this.#engine.meters.stats(), l1: this.#engine.l1.stats };
  }
}
