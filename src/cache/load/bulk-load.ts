import { randomUUID } from 'node:crypto';
import type { CacheKey } from '../../common/keys/cache-key.js';
import type { CacheEngine } from '../cache-engine.js';
import type { CacheSpace } from '../cache-space.js';
import { newFlight } from './load-chain.js';
import type { LoadClaim } from './load-claim.js';
import { LoadDecisions } from './load-context.js';
import type { EntryRequest } from './load-request.js';
import type { LoadOutcome } from './load-settler.js';
import type { Loading } from './load-wait.js';
import type { Look } from '../entry/look.js';

/** Is one of several entries to read, with its key as the caller wrote it. @internal */
export interface BulkRequest extends EntryRequest {
  readonly callerKey: CacheKey;
}

/** Is an entry to load. @internal */
export interface Wanted {
  readonly request: BulkRequest;
  /** Is what the read found; undefined when there was none. */
  readonly look: Look | undefined;
}

/** Loads entries, by the keys as the caller wrote them. @internal */
export type LoadMany = (missing: CacheKey[]) => Promise<ReadonlyMap<CacheKey, unknown>>;

/** Are values by their keys in Redis. @internal */
export type Values = Map<string, unknown>;

interface Claimed extends Wanted {
  /** Is null for an entry whose value is not stored. */
  readonly claim: LoadClaim | null;
}

/** Is an entry that somebody else is loading. */
interface Awaited {
  readonly request: BulkRequest;
  readonly look: Loading;
}

interface Shared {
  readonly found: Values;
  readonly ours: Claimed[];
  readonly theirs: Awaited[];
}

/**
 * Loads entries for one caller, all in one call of his loader but those that somebody else is loading: those are taken
 * from there. Nothing is claimed while it waits, so two of them can wait for each other's entries.
 *
 * @internal
 */
export class BulkLoad {
  constructor(
    private readonly engine: CacheEngine,
    private readonly space: CacheSpace,
    private readonly load: LoadMany,
  ) {}

  /** Returns the values there are in the end. */
  async obtain(wanted: readonly Wanted[]): Promise<Values> {
    const values: Values = new Map();
    const add = (found: Values) => found.forEach((value, key) => values.set(key, value));
    const { found, ours, theirs } = this.#shared(await this.#claimAll(wanted));
    add(found);
    add(await this.#loadAll(ours));
    const { taken, left } = await this.#await(theirs);
    add(taken);
    add(await this.#loadAll(await this.#claimAll(left)));
    return values;
  }

  /** Loads only what nobody else is loading. */
  async refresh(due: readonly Wanted[]): Promise<void> {
    await this.#loadAll((await this.#claimAll(due)).filter(({ claim }) => claim !== null));
  }

  /** Divides entries by who is to load them; some were stored a moment ago. Counts each. */
  #shared(claimed: readonly Claimed[]): Shared {
    const shared: Shared = { found: new Map(), ours: [], theirs: [] };
    // A loader must not wait for what may, in turn, be waiting for it.
    const waits = !this.engine.chain.isInside;
    for (const one of claimed) {
      const { request, look } = one;
      if (look?.kind === 'hit') {
        request.meter.hit(look.value, look.tier);
        shared.found.set(request.key, look.value);
      } else if (waits && look?.kind === 'loading') {
        request.meter.coalesced();
        shared.theirs.push({ request, look });
      } else {
        if (look?.kind !== 'failed') request.meter.miss();
        shared.ours.push(one);
      }
    }
    return shared;
  }

  /** Takes what others load, and says what they leave out. Rejects as one of them does. */
  async #await(theirs: readonly Awaited[]): Promise<{ taken: Values; left: Wanted[] }> {
    const taken: Values = new Map();
    const left: Wanted[] = [];
    const wait = async ({ request, look }: Awaited) => {
      const end = await this.#end(request, look);
      if (end?.kind === 'failed') throw end.error;
      if (end?.kind === 'hit') taken.set(request.key, end.value);
      else left.push({ request, look: end });
    };
    await Promise.all(theirs.map(wait));
    return { taken, left };
  }

  async #end(request: BulkRequest, loading: Loading): Promise<Look | undefined> {
    try {
      return await this.engine.waiting.end(request, loading);
    } catch (error) {
      request.meter.failed('claim', error);
      return undefined;
    }
  }

  async #loadAll(wanted: readonly Claimed[]): Promise<Values> {
    const { runner, settler } = this.engine;
    const settle = (outcomeOf: (key: string) => LoadOutcome) =>
      Promise.all(wanted.map(({ request, claim }) => settler.settle(request, claim, outcomeOf(request.key))));
    const [first] = wanted;
    if (first === undefined) return new Map();
    const callerKeys = wanted.map(({ request }) => request.callerKey);
    const part = { keys: wanted.map(({ request }) => request.key), flight: newFlight(0, '') };
    let loaded: Values;
    try {
      const load = () => this.load(callerKeys);
      const answer = await runner.watch(first.request, { load, decisions: new LoadDecisions(), part });
      loaded = new Map([...answer].map(([key, value]) => [this.space.entry(key), value]));
    } catch (error) {
      await settle(() => ({ kind: 'failed', error }));
      throw error;
    } finally {
      part.flight.isOver = true;
    }
    await settle((key) =>
      loaded.has(key)
        ? { kind: 'loaded', value: loaded.get(key), decisions: new LoadDecisions() }
        : { kind: 'nothing' },
    );
    return loaded;
  }

  #claimAll(wanted: readonly Wanted[]): Promise<Claimed[]> {
    return Promise.all(wanted.map((one) => this.#claim(one)));
  }

  /** Claims an entry for which the read found nothing; without a claim, somebody else was quicker or Redis is away. */
  async #claim({ request, look }: Wanted): Promise<Claimed> {
    if (look?.kind !== 'miss') return { request, look, claim: null };
    try {
      const load = { ...request, setsTags: false };
      const claim = await this.engine.seeker.prepare(load, randomUUID(), look.old?.stored);
      const taken = await claim.take(look.content);
      if (taken === null) return { request, look, claim };
      return { request, look: await this.engine.judge.judge(request, taken.found), claim: null };
    } catch (error) {
      request.meter.failed('claim', error);
      return { request, look, claim: null };
    }
  }
}
