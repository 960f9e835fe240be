import { BulkLoad, type BulkRequest, type LoadMany, type Values, type Wanted } from './bulk-load.js';
import type { CacheEngine } from '../cache-engine.js';
import type { CacheMeter } from '../stats/cache-meter.js';
import type { CacheSpace } from '../cache-space.js';
import type { Look } from '../entry/look.js';
import { isServedAtOnce, isServedForWant, type OldValue } from '../entry/old-value.js';

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
  async load(requests: readonly BulkRequest[], load: LoadMany): Promise<unknown[]> {
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

  async #loadMissing(missing: readonly Wanted[], load: LoadMany, values: Values): Promise<void> {
    const [failure, ...rest] = missing.flatMap(({ look }) => (look?.kind === 'failed' ? [look] : []));
    if (failure !== undefined && rest.length + 1 === missing.length) throw failure.error;
    const loading = this.#bulk(load).obtain(missing);
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
  #refresh(due: readonly Wanted[], load: LoadMany): void {
    this.#bulk(load)
      .refresh(due)
      .catch((error: unknown) => this.meter.hidden(error));
  }

  #bulk(load: LoadMany): BulkLoad {
    return new BulkLoad(this.engine, this.space, load);
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
  return null;
}

function oldOf(look: Look | undefined): OldValue | undefined {
  return look?.kind === 'miss' || look?.kind === 'loading' ? look.old : undefined;
}
