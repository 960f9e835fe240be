import { randomUUID } from 'node:crypto';
import type { CacheKey } from '../common/keys/cache-key.js';
import type { CacheEngine } from './cache-engine.js';
import type { CacheMeter } from './cache-meter.js';
import type { CacheSpace } from './cache-space.js';
import type { LoadClaim } from './load-claim.js';
import { LoadDecisions } from './load-context.js';
import type { EntryRequest } from './load-request.js';
import type { LoadOutcome } from './load-settler.js';
import type { Look } from './look.js';
import { isServedAtOnce, isServedForWant, type OldValue } from './old-value.js';

/** Is one of several entries to read, with its key as the caller wrote it. @internal */
export interface BulkRequest extends EntryRequest {
  readonly callerKey: CacheKey;
}

/** Is an entry to load. */
interface Wanted {
  readonly request: BulkRequest;
  /** Is what the read found; undefined when there was none. */
  readonly look: Look | undefined;
}

interface Claimed extends Wanted {
  readonly claim: LoadClaim | null;
}

type BulkLoad = (missing: CacheKey[]) => Promise<ReadonlyMap<CacheKey, unknown>>;
type Values = Map<string, unknown>;

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
    const values: Values = new Map();
    const missing = new Map<string, Wanted>();
    const due = new Map<string, Wanted>();
    requests.forEach((request, index) => {
      const wanted = { request, look: looks[index] };
      const answer = answerOf(wanted);
      if (answer === null) missing.set(request.key, wanted);
      else values.set(request.key, answer.value);
      if (answer?.due !== undefined) due.set(request.key, { request, look: answer.due });
    });
    if (due.size > 0) this.#refresh([...due.values()], load);
    if (missing.size > 0) await this.#loadMissing([...missing.values()], load, values);
    return requests.map(({ key }) => values.get(key));
  }

  async #loadMissing(missing: readonly Wanted[], load: BulkLoad, values: Values): Promise<void> {
    const [failure, ...rest] = missing.flatMap(({ look }) => (look?.kind === 'failed' ? [look] : []));
    if (failure !== undefined && rest.length + 1 === missing.length) throw failure.error;
    const loading = this.#claimAll(missing).then((claimed) => this.#loadAndStore(claimed, load));
    const isReplaceable = missing.every(({ request, look }) =>
      isServedForWant(oldOf(look), request.entry.freshness),
    );
    if (isReplaceable) await this.#orOld(missing, loading, values);
    else for (const [key, value] of await loading) values.set(key, value);
  }

  /** Takes the old values where the load fails or takes too long. */
  async #orOld(missing: readonly Wanted[], loading: Promise<Values>, values: Values): Promise<void> {
    const { fallback } = this.engine;
    await Promise.all(
      missing.map(async ({ request, look }) => {
        const loaded = loading.then((found) => found.get(request.key));
        values.set(request.key, await fallback.orOld(request, oldOf(look), loaded));
      }),
    );
  }

  /** Loads in the background what was answered already and nobody else is loading. */
  #refresh(due: readonly Wanted[], load: BulkLoad): void {
    const work = async () => {
      const claimed = (await this.#claimAll(due)).filter(({ claim }) => claim !== null);
      if (claimed.length > 0) await this.#loadAndStore(claimed, load);
    };
    work().catch((error: unknown) => this.meter.hidden(error));
  }

  async #loadAndStore(wanted: readonly Claimed[], load: BulkLoad): Promise<Values> {
    const { runner, settler } = this.engine;
    const settle = (outcomeOf: (key: string) => LoadOutcome) =>
      Promise.all(wanted.map(({ request, claim }) => settler.settle(request, claim, outcomeOf(request.key))));
    const [first] = wanted;
    if (first === undefined) return new Map();
    const keys = wanted.map(({ request }) => request.callerKey);
    let loaded: Values;
    try {
      const watched = { meter: this.meter, entry: first.request.entry };
      const answer = await runner.watch(watched, new LoadDecisions(), () => load(keys));
      loaded = new Map([...answer].map(([key, value]) => [this.space.entry(key), value]));
    } catch (error) {
      await settle(() => ({ kind: 'failed', error }));
      throw error;
    }
    await settle((key) =>
      loaded.has(key)
        ? { kind: 'loaded', value: loaded.get(key), decisions: new LoadDecisions() }
        : { kind: 'nothing' },
    );
    return loaded;
  }

  #claimAll(wanted: readonly Wanted[]): Promise<Claimed[]> {
    return Promise.all(wanted.map(async (one) => ({ ...one, claim: await this.#claim(one) })));
  }

  /** @returns null when somebody else is loading the entry, or Redis is away. */
  async #claim({ request, look }: Wanted): Promise<LoadClaim | null> {
    if (look?.kind !== 'miss') return null;
    try {
      const load = { ...request, setsTags: false };
      const claim = await this.engine.seeker.prepare(load, randomUUID(), look.old?.stored);
      return (await claim.take(look.content)) === null ? claim : null;
    } catch (error) {
      request.meter.failed('claim', error);
      return null;
    }
  }
}

/** Answers with what the read found, and says whether that is to be loaded anew; null when it must be loaded first. */
function answerOf({ request, look }: Wanted): { readonly value: unknown; readonly due?: Look } | null {
  const { meter, entry } = request;
  if (look?.kind === 'hit') {
    meter.hit(look.value, look.tier);
    return { value: look.value, ...(look.due !== undefined && { due: { kind: 'miss', ...look.due } }) };
  }
  const old = oldOf(look);
  if (isServedAtOnce(old, entry.freshness)) {
    meter.stale('loading');
    return { value: old.value, ...(old.isDue && look?.kind === 'miss' && { due: look }) };
  }
  if (look?.kind === 'failed') meter.remembered();
  else meter.miss();
  return null;
}

function oldOf(look: Look | undefined): OldValue | undefined {
  return look?.kind === 'miss' || look?.kind === 'loading' ? look.old : undefined;
}
