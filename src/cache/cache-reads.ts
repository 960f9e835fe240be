import type { CacheEngine } from './cache-engine.js';
import type { CacheMeter } from './stats/cache-meter.js';
import type { CacheSpace } from './cache-space.js';
import {
  resolveEntry,
  type CacheEntryOptions,
  type CacheFormOptions,
  type ResolvedEntry,
} from './entry/entry-options.js';
import { NOT_KEPT } from './l1/l1-tier.js';
import type { EntryRequest, LoadRequest } from './load/load-request.js';
import type { Look } from './entry/look.js';

/** Is a loader, and the cache that its call belongs to in statistics if that is another. @internal */
export interface NamedLoad extends Pick<LoadRequest, 'load' | 'setsTags'> {
  readonly name?: string;
}

const ABSENT: Look = { kind: 'miss', content: null };

/**
 * Reads entries of one cache namespace, by their keys in Redis.
 *
 * @internal
 */
export class CacheReads {
  /** Is what no options come to. */
  readonly #plainEntry: ResolvedEntry;

  constructor(
    private readonly engine: CacheEngine,
    private readonly space: CacheSpace,
    private readonly meter: CacheMeter,
  ) {
    this.#plainEntry = resolveEntry(undefined, engine.entryDefaults);
  }

  /** Takes the short way of a hit: one look into the process, without a question to anybody. @returns NOT_KEPT else. */
  kept(redisKey: string, options: CacheFormOptions | undefined, name?: string): unknown {
    const kept = this.engine.l1.serve(redisKey, options);
    if (kept !== NOT_KEPT) this.#meterOf(name).hit(kept, 'l1');
    return kept;
  }

  /** Reads an entry, and counts what is found. @returns undefined when there is none. */
  async get(redisKey: string, options: CacheFormOptions | undefined): Promise<unknown> {
    return this.#counted(await this.#look(this.request(redisKey, options)));
  }

  /** Reads entries, and counts what is found: undefined where there is none. */
  async getMany(redisKeys: readonly string[], options?: CacheFormOptions): Promise<unknown[]> {
    const requests = redisKeys.map((key) => this.request(key, options));
    const { reader, options: module } = this.engine;
    const looks = module.enabled ? await reader.lookMany(requests) : requests.map(() => ABSENT);
    return looks.map((look) => this.#counted(look));
  }

  /** Tells whether there is an entry, without counting. */
  async has(redisKey: string, options: CacheFormOptions | undefined): Promise<boolean> {
    return (await this.#look(this.request(redisKey, options))).kind === 'hit';
  }

  /** Reads an entry, or loads and stores it. */
  load(
    redisKey: string,
    { load, setsTags, name }: NamedLoad,
    options: CacheEntryOptions | undefined,
  ): Promise<unknown> {
    const { options: module, runner, loader } = this.engine;
    const { space, key, entry, meter } = this.request(redisKey, options, name);
    const request = { space, key, entry, meter, load, setsTags };
    return module.enabled ? loader.getOrLoad(request) : runner.run(request, { claim: null, part: null });
  }

  /** Makes the request for an entry out of the options of a call. */
  request(redisKey: string, options?: CacheEntryOptions, name?: string): EntryRequest {
    const entry = options === undefined ? this.#plainEntry : resolveEntry(options, this.engine.entryDefaults);
    this.space.checkTags(entry.tags);
    return { space: this.space, key: redisKey, entry, meter: this.#meterOf(name) };
  }

  #meterOf(name: string | undefined): CacheMeter {
    return name === undefined ? this.meter : this.engine.meters.of(name);
  }

  #counted(look: Look): unknown {
    if (look.kind !== 'hit') {
      this.meter.miss();
      return undefined;
    }
    this.meter.hit(look.value, look.tier);
    return look.value;
  }

  async #look(request: EntryRequest): Promise<Look> {
    const { reader, options } = this.engine;
    if (!options.enabled) return ABSENT;
    try {
      return await reader.look(request);
    } catch (error) {
      request.meter.failed('read', error);
      return ABSENT;
    }
  }
}
