import type { CacheEngine } from './cache-engine.js';
import type { CacheMeter } from './cache-meter.js';
import type { CacheSpace } from './cache-space.js';
import { resolveEntry, type CacheEntryOptions, type CacheFormOptions } from './entry-options.js';
import { NOT_KEPT } from './l1/l1-tier.js';
import type { LoadContext } from './load-context.js';
import type { EntryRequest } from './load-request.js';
import type { Look } from './look.js';

/** Says which cache a call belongs to in statistics. @internal */
export interface NamedCall {
  readonly name?: string;
}

const ABSENT: Look = { kind: 'miss', content: null };

/**
 * Reads entries of one cache namespace, by their keys in Redis.
 *
 * @internal
 */
export class CacheReads {
  constructor(
    private readonly engine: CacheEngine,
    private readonly space: CacheSpace,
    private readonly meter: CacheMeter,
  ) {}

  /** Takes the short way of a hit: one look into the process, without a question to anybody. @returns NOT_KEPT else. */
  kept(redisKey: string, options: CacheFormOptions | undefined, name?: string): unknown {
    const kept = this.engine.l1.serve(redisKey, options);
    if (kept !== NOT_KEPT) this.#meterOf(name).hit(kept, 'l1');
    return kept;
  }

  /** Reads an entry. @returns undefined when there is none. */
  async get(redisKey: string, options: CacheFormOptions | undefined): Promise<unknown> {
    const [look] = await this.getMany([redisKey], options);
    return look?.kind === 'hit' ? look.value : undefined;
  }

  /** Reads entries, and counts what is found. */
  async getMany(redisKeys: readonly string[], options?: CacheFormOptions): Promise<Look[]> {
    const looks = await this.#look(redisKeys.map((key) => this.request(key, options)));
    for (const look of looks) {
      if (look.kind === 'hit') this.meter.hit(look.value, look.tier);
      else this.meter.miss();
    }
    return looks;
  }

  /** Tells whether there is an entry, without counting. */
  async has(redisKey: string): Promise<boolean> {
    const [look] = await this.#look([this.request(redisKey)]);
    return look?.kind === 'hit';
  }

  /** Reads an entry, or loads and stores it. */
  load(
    redisKey: string,
    loader: (context: LoadContext) => unknown,
    options: CacheEntryOptions & NamedCall & { readonly setsTags: boolean },
  ): Promise<unknown> {
    const { options: module, runner, loader: loading } = this.engine;
    const load = { ...this.request(redisKey, options), load: loader, setsTags: options.setsTags };
    return module.enabled ? loading.getOrLoad(load) : runner.run(load, null);
  }

  /** Makes the request for an entry out of the options of a call. */
  request(redisKey: string, options?: CacheEntryOptions & NamedCall): EntryRequest {
    const entry = resolveEntry(options, this.engine.entryDefaults);
    return { space: this.space, key: redisKey, entry, meter: this.#meterOf(options?.name) };
  }

  #meterOf(name: string | undefined): CacheMeter {
    return name === undefined ? this.meter : this.engine.meters.of(name);
  }

  async #look(requests: readonly EntryRequest[]): Promise<Look[]> {
    const { reader, options } = this.engine;
    return options.enabled ? reader.lookMany(requests) : requests.map(() => ABSENT);
  }
}
