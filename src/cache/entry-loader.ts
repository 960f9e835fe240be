import type { ClaimSeeker, Sought } from './claim-seeker.js';
import type { EntryReader } from './entry-reader.js';
import { FirstRead } from './first-read.js';
import { Flights } from './flights.js';
import { LoadChain, type Flight } from './load-chain.js';
import type { LoadClaim } from './load-claim.js';
import type { LoadRequest } from './load-request.js';
import type { LoadRunner } from './load-runner.js';
import type { Look } from './look.js';
import { isServedAtOnce, type OldValue } from './old-value.js';
import type { StaleFallback } from './stale-fallback.js';

interface LoaderParts {
  readonly reader: EntryReader;
  readonly seeker: ClaimSeeker;
  readonly runner: LoadRunner;
  readonly fallback: StaleFallback;
}

interface Launch {
  /** Is null for a load whose value is not stored. */
  readonly claim: LoadClaim | null;
  readonly old?: OldValue | undefined;
}

type NoHit = Extract<Look, { readonly old?: OldValue }>;

/**
 * Reads entries and loads the missing ones, once however many ask: a call reads first and only then looks for a load to
 * join.
 *
 * @internal
 */
export class EntryLoader {
  readonly #parts: LoaderParts;
  readonly #flights = new Flights();
  readonly #chain = new LoadChain();
  readonly #first: FirstRead;

  constructor(parts: LoaderParts) {
    const { reader, seeker } = parts;
    this.#parts = parts;
    this.#first = new FirstRead({
      ...{ reader, seeker, flights: this.#flights },
      begin: (request, flight, claim) => this.#begin(request, flight, claim),
    });
  }

  /** Returns the entry's value, from Redis or from the loader. Rejects only with what the loader threw. */
  async getOrLoad(request: LoadRequest): Promise<unknown> {
    if (this.#chain.isLoading(request.key)) return this.#parts.runner.run(request, null);
    const before = this.#flights.started;
    const unsent = this.#first.unsent(request.key);
    let found = await (unsent ?? this.#first.start(request));
    if (found?.kind === 'begun')
      return unsent === undefined ? this.#chain.wait(found.flight) : this.#join(request, found.flight);
    if (unsent !== undefined && hasValue(found)) found = await this.#first.look(request);
    const look = this.#flights.withoutOrphan(request.key, found);
    if (look?.kind === 'hit') {
      request.meter.hit(look.value, look.tier);
      if (look.due !== undefined) this.#refresh(request, { kind: 'miss', ...look.due });
      return look.value;
    }
    if (look?.kind === 'failed') {
      request.meter.remembered();
      throw look.error;
    }
    return this.#answer(request, look, before);
  }

  /** Lets no later call join the loads under way while Redis cannot say whether they are outdated. */
  detach(): void {
    this.#flights.detach();
  }

  /** Answers with the old value if that will do, else with what is loaded. */
  #answer(request: LoadRequest, look: NoHit | null, before: number): Promise<unknown> {
    const old = look?.old;
    if (isServedAtOnce(old, request.entry.freshness)) {
      if (look?.kind === 'miss' && old.isDue) this.#refresh(request, look);
      request.meter.stale('loading');
      return Promise.resolve(old.value);
    }
    return this.#parts.fallback.orOld(request, old, this.#load(request, look, before));
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
      return this.#parts.runner.run(request, null);
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

  #run(request: LoadRequest, flight: Flight, { claim, old }: Launch): Promise<unknown> {
    return this.#chain.run(request.key, flight, () => this.#parts.runner.run(request, claim, old));
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

/** Tells whether something was found that each caller must have for himself. */
function hasValue(found: Look | null): boolean {
  return found !== null && (found.kind === 'hit' || ('old' in found && found.old !== undefined));
}
