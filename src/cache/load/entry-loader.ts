import type { MaybePromise } from '../../common/maybe-promise.js';
import type { ClaimSeeker, Sought } from './claim-seeker.js';
import type { EntryReader } from '../entry/entry-reader.js';
import { FirstRead, type First, type SharedRead } from './first-read.js';
import { Flights } from './flights.js';
import type { Flight, LoadChain } from './load-chain.js';
import type { LoadClaim } from './load-claim.js';
import type { LoadRequest } from './load-request.js';
import type { Launch, LoadRunner } from './load-runner.js';
import type { Look } from '../entry/look.js';
import { isServedAtOnce, type OldValue } from '../entry/old-value.js';
import type { StaleFallback } from './stale-fallback.js';

interface LoaderParts {
  readonly reader: EntryReader;
  readonly seeker: ClaimSeeker;
  readonly runner: LoadRunner;
  readonly fallback: StaleFallback;
  readonly chain: LoadChain;
}

type NoHit = Extract<Look, { readonly old?: OldValue }>;
type Seen = Extract<First, { readonly kind: 'seen' }>;

/** Is a load that gave a value. */
interface Ended {
  readonly kind: 'ended';
  readonly value: unknown;
}

/**
 * Reads entries and loads the missing ones, once however many ask: a call reads first and only then looks for a load to
 * join.
 *
 * @internal
 */
export class EntryLoader {
  readonly #parts: LoaderParts;
  readonly #flights = new Flights();
  readonly #chain: LoadChain;
  readonly #first: FirstRead<Ended | Seen>;

  constructor(parts: LoaderParts) {
    const { reader, seeker } = parts;
    this.#parts = parts;
    this.#chain = parts.chain;
    this.#first = new FirstRead({
      ...{ reader, seeker, flights: this.#flights },
      begin: (request, flight, claim) => this.#begin(request, flight, claim),
    });
  }

  /** Returns the entry's value, from Redis or from the loader. Rejects only with what the loader threw. */
  getOrLoad(request: LoadRequest): Promise<unknown> {
    if (this.#chain.isLoading(request.key)) return this.#alone(request);
    const unsent = this.#first.unsent(request.key);
    // A loader has to see what it would wait for.
    return unsent === undefined || this.#chain.isInside ? this.#lead(request) : this.#follow(request, unsent);
  }

  /** Lets no later call join the loads under way while Redis cannot say whether they are outdated. */
  detach(): void {
    this.#flights.detach();
  }

  async #lead(request: LoadRequest): Promise<unknown> {
    const before = this.#flights.started;
    const starting = this.#first.start(request);
    if (starting === null) return this.#answer(request, await this.#first.look(request), before);
    const first = await starting;
    if (first.kind === 'begun') return this.#chain.wait(first.flight);
    return this.#answer(request, first.look, before);
  }

  /** Takes what comes of another one's read. Of a crowd each costs one promise, for there may be many. */
  #follow(request: LoadRequest, unsent: SharedRead<Ended | Seen>): Promise<unknown> {
    const before = this.#flights.started;
    unsent.end ??= unsent.first.then((first) => this.#endOf(request.key, first, before));
    return unsent.end.then(
      (end) => {
        if (end.kind === 'seen') return this.#answerSeen(request, end, before);
        request.meter.coalesced();
        return end.value;
      },
      (error: unknown) => {
        request.meter.coalesced();
        throw error;
      },
    );
  }

  /** Waits for the load, if that is what a read came to and nothing else is there for anybody. */
  #endOf(key: string, first: First, before: number): MaybePromise<Ended | Seen> {
    const flight = first.kind === 'begun' ? first.flight : this.#flightOf(key, first.look, before);
    if (flight !== null) return flight.result.then((value) => ({ kind: 'ended', value }));
    return first as Seen;
  }

  #flightOf(key: string, found: Look | null, before: number): Flight | null {
    const look = this.#flights.withoutOrphan(key, found);
    return look?.kind === 'hit' || look?.kind === 'failed' || look?.old !== undefined
      ? null
      : this.#flights.open(key, look, before);
  }

  async #answerSeen(request: LoadRequest, { look, content }: Seen, before: number): Promise<unknown> {
    const hasValue = look?.kind === 'hit' || (look?.kind !== 'failed' && look?.old !== undefined);
    return this.#answer(request, hasValue ? await this.#first.share(request, content) : look, before);
  }

  /** Answers with what was found if that will do, else with what is loaded. */
  #answer(request: LoadRequest, found: Look | null, before: number): unknown {
    const { meter } = request;
    const look = this.#flights.withoutOrphan(request.key, found);
    if (look?.kind === 'hit') {
      meter.hit(look.value, look.tier);
      if (look.due !== undefined) this.#refresh(request, { kind: 'miss', ...look.due });
      return look.value;
    }
    if (look?.kind === 'failed') {
      meter.remembered();
      throw look.error;
    }
    const old = look?.old;
    if (!isServedAtOnce(old, request.entry.freshness))
      return this.#parts.fallback.orOld(request, old, this.#load(request, look, before));
    if (look?.kind === 'miss' && old.isDue) this.#refresh(request, look);
    meter.stale('loading');
    return old.value;
  }

  #load(request: LoadRequest, look: NoHit | null, before: number): Promise<unknown> {
    const flight = this.#flights.open(request.key, look, before);
    if (flight !== null) return this.#join(request, flight);
    request.meter.miss();
    return this.#chain.wait(this.#start(request, look));
  }

  #join(request: LoadRequest, flight: Flight): Promise<unknown> {
    if (this.#chain.isAwaitedBy(flight)) {
      request.meter.miss();
      return this.#alone(request);
    }
    request.meter.coalesced();
    return this.#chain.wait(flight);
  }

  /** Loads in the background what was answered already, unless that is being done. */
  #refresh(request: LoadRequest, look: NoHit): void {
    if (this.#flights.has(request.key)) return;
    this.#chain
      .apart(() => this.#start(request, look))
      .result.catch((error: unknown) => request.meter.hidden(error));
  }

  #begin(request: LoadRequest, flight: Flight, claim: LoadClaim): void {
    request.meter.miss();
    this.#flights.launch(request.key, flight, this.#run(request, flight, { claim }));
  }

  #start(request: LoadRequest, look: NoHit | null): Flight {
    const flight = this.#flights.next();
    if (look?.kind === 'loading') flight.number = 0;
    return this.#flights.launch(request.key, flight, this.#fly(request, flight, look));
  }

  async #fly(request: LoadRequest, flight: Flight, look: NoHit | null): Promise<unknown> {
    const sought = look === null ? null : await this.#seek(request, flight, look);
    if (sought?.kind === 'value') return sought.value;
    if (sought?.kind === 'failed') throw sought.error;
    return this.#run(request, flight, sought ?? { claim: null, old: look?.old });
  }

  #run(request: LoadRequest, flight: Flight, { claim, old }: Omit<Launch, 'part'>): Promise<unknown> {
    return this.#parts.runner.run(request, { claim, old, part: { keys: [request.key], flight } });
  }

  /** Runs the loader for this call only. */
  #alone(request: LoadRequest): Promise<unknown> {
    return this.#parts.runner.run(request, { claim: null, part: null });
  }

  async #seek(request: LoadRequest, flight: Flight, look: NoHit): Promise<Sought | null> {
    const seeker = {
      token: flight.token,
      onWait: (other: string) => (flight.token = other),
      isLoader: this.#chain.isInside,
    };
    try {
      return await this.#parts.seeker.seek(request, seeker, look);
    } catch (error) {
      request.meter.failed('claim', error);
      return null;
    }
  }
}
