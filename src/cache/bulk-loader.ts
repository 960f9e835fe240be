import { randomUUID } from 'node:crypto';
import type { CacheKey } from '../common/keys/cache-key.js';
import type { CacheEngine } from './cache-engine.js';
import type { CacheMeter } from './cache-meter.js';
import type { CacheSpace } from './cache-space.js';
import type { Look } from './entry-reader.js';
import type { LoadClaim } from './load-claim.js';
import { LoadDecisions } from './load-context.js';
import type { EntryRequest } from './load-request.js';
import type { LoadOutcome } from './load-settler.js';

/** Is one of several entries to read, with its key as the caller wrote it. @internal */
export interface BulkRequest extends EntryRequest {
  readonly callerKey: CacheKey;
}

interface Missing {
  readonly request: BulkRequest;
  readonly look: Look | undefined;
}

type BulkLoad = (missing: CacheKey[]) => Promise<ReadonlyMap<CacheKey, unknown>>;

/**
 * Reads several entries and loads the missing ones in one call.
 *
 * @internal
 */
export class BulkLoader {
  constructor(
    private readonly engine: CacheEngine,
    private readonly space: CacheSpace,
    private readonly meter: CacheMeter,
  ) {}

  /** Returns the values in the order of the requests. Rejects only with what the loader threw. */
  async load(requests: readonly BulkRequest[], load: BulkLoad): Promise<unknown[]> {
    const { reader, options } = this.engine;
    const looks = options.enabled ? await reader.lookMany(requests) : [];
    const values = new Map<string, unknown>();
    const missing = new Map<string, Missing>();
    requests.forEach((request, index) => {
      const look = looks[index];
      if (look?.kind === 'hit') {
        request.meter.hit();
        values.set(request.key, look.value);
      } else {
        request.meter.miss();
        missing.set(request.key, { request, look });
      }
    });
    if (missing.size > 0) await this.#loadMissing([...missing.values()], load, values);
    return requests.map(({ key }) => values.get(key));
  }

  async #loadMissing(
    missing: readonly Missing[],
    load: BulkLoad,
    values: Map<string, unknown>,
  ): Promise<void> {
    const claims = await Promise.all(missing.map(({ request, look }) => this.#claim(request, look)));
    const loaded = await this.#run(missing, load, claims);
    const settle = missing.map(({ request }, index) => {
      const found = loaded.has(request.key);
      const value = loaded.get(request.key);
      if (found) values.set(request.key, value);
      const outcome: LoadOutcome = found
        ? { kind: 'loaded', value, decisions: new LoadDecisions(request.entry.ttlMs) }
        : { kind: 'nothing' };
      return this.engine.settler.settle(request, claims[index] ?? null, outcome);
    });
    await Promise.all(settle);
  }

  async #run(
    missing: readonly Missing[],
    load: BulkLoad,
    claims: readonly (LoadClaim | null)[],
  ): Promise<Map<string, unknown>> {
    const { runner, settler } = this.engine;
    try {
      const keys = missing.map(({ request }) => request.callerKey);
      const answer = await runner.time(this.meter, () => load(keys));
      return new Map([...answer].map(([key, value]) => [this.space.entry(key), value]));
    } catch (error) {
      const failed = { kind: 'failed', error } as const;
      await Promise.all(
        missing.map(({ request }, index) => settler.settle(request, claims[index] ?? null, failed)),
      );
      throw error;
    }
  }

  /** @returns null when somebody else is loading the entry, or Redis is away. */
  async #claim(request: BulkRequest, look: Look | undefined): Promise<LoadClaim | null> {
    if (look?.kind !== 'miss') return null;
    try {
      const claim = await this.engine.seeker.prepare({ ...request, setsTags: false }, randomUUID());
      return (await claim.take(look.content)) === null ? claim : null;
    } catch (error) {
      request.meter.failed('claim', error);
      return null;
    }
  }
}
