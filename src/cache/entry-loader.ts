import { randomBytes } from 'node:crypto';
import { RedisReplyError } from '../connection/connection.errors.js';
import type { ClaimSeeker, Sought } from './claim-seeker.js';
import type { EntryReader } from './entry-reader.js';
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

/** Is a load that begins if the read that precedes it finds nothing. */
interface Bid {
  readonly flight: Flight;
  readonly claim: LoadClaim;
}

/** Says that there was nothing, and that the load has begun. */
interface Begun {
  readonly kind: 'begun';
  readonly flight: Flight;
}

/**
 * Reads entries and loads the missing ones, once however many ask.
 *
 * A call reads first and only then looks for a load to join: one that began after the call, or the one whose marker
 * it just read. So nobody joins a load that an invalidation has outdated, whichever process sent it.
 *
 * @internal
 */
export class EntryLoader {
  readonly #parts: LoaderParts;
  readonly #flights = new Map<string, Flight>();
  /** Are the reads that this turn of the event loop has yet to send, and that begin a load where there is nothing. */
  readonly #unsent = new Map<string, Promise<Look | Begun | null>>();
  /** Are the tokens of claims that are being taken by reads under way. */
  readonly #bids = new Set<string>();
  readonly #processToken = randomBytes(9).toString('base64url');
  readonly #chain = new LoadChain();
  #started = 0;
  #detached = 0;

  constructor(parts: LoaderParts) {
    this.#parts = parts;
  }

  /** Returns the entry's value, from Redis or from the loader. Rejects only with what the loader threw. */
  async getOrLoad(request: LoadRequest): Promise<unknown> {
    if (this.#chain.isLoading(request.key)) return this.#parts.runner.run(request, null);
    const before = this.#started;
    const unsent = this.#unsent.get(request.key);
    let found = await (unsent ?? this.#first(request));
    if (found?.kind === 'begun')
      return unsent === undefined ? this.#chain.wait(found.flight) : this.#join(request, found.flight);
    if (unsent !== undefined && hasValue(found)) found = await this.#look(request);
    const look = this.#withoutOrphan(request.key, found);
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
    this.#detached = this.#started;
  }

  /** Reads an entry; others who ask for it in the same turn may wait for the same read. */
  #first(request: LoadRequest): Promise<Look | Begun | null> {
    const bid = request.meter.isMissLikely ? this.#bid(request) : null;
    if (bid === null) return this.#look(request);
    const { key } = request;
    const reading = this.#lookOrLoad(request, bid);
    this.#unsent.set(key, reading);
    process.nextTick(() => this.#unsent.delete(key));
    return reading;
  }

  async #look(request: LoadRequest): Promise<Look | null> {
    try {
      return await this.#parts.reader.look(request);
    } catch (error) {
      request.meter.failed('read', error);
      return null;
    }
  }

  /** Makes ready to claim the load with the read. @returns null when too little is known of the entry's tags. */
  #bid(request: LoadRequest): Bid | null {
    const flight = this.#nextFlight();
    const claim = this.#parts.seeker.prepared(request, flight.token);
    return claim === null ? null : { flight, claim };
  }

  /** Reads an entry, and where there is nothing claims the load with the same command, and begins it. */
  async #lookOrLoad(request: LoadRequest, { flight, claim }: Bid): Promise<Look | Begun | null> {
    this.#bids.add(flight.token);
    try {
      const look = await this.#parts.reader.lookOrClaim(request, claim);
      if (look !== null) return look;
      request.meter.miss();
      this.#launch(request.key, flight, this.#run(request, flight, { claim }));
      return { kind: 'begun', flight };
    } catch (error) {
      // A server that does not let itself be written may still be read.
      if (error instanceof RedisReplyError) return await this.#look(request);
      request.meter.failed('read', error);
      return null;
    } finally {
      this.#bids.delete(flight.token);
    }
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
    const flight = this.#flights.get(request.key);
    if (flight === undefined || !this.#isOpen(flight, look, before)) {
      request.meter.miss();
      return this.#chain.wait(this.#start(request, look));
    }
    return this.#join(request, flight);
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

  #start(request: LoadRequest, look: NoHit | null): Flight {
    const flight = this.#nextFlight();
    if (look?.kind === 'loading') flight.number = 0;
    return this.#launch(request.key, flight, this.#fly(request, flight, look));
  }

  #nextFlight(): Flight {
    const serial = ++this.#started;
    const token = `${this.#processToken}.${serial}`;
    return { number: serial, serial, token, result: Promise.resolve(), isOver: false, waits: new Set() };
  }

  #launch(key: string, flight: Flight, result: Promise<unknown>): Flight {
    flight.result = result.finally(() => {
      flight.isOver = true;
      if (this.#flights.get(key) === flight) this.#flights.delete(key);
    });
    this.#flights.set(key, flight);
    return flight;
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

  /** Without a sign from Redis any load will do that began after the last invalidation. */
  #isOpen(flight: Flight, look: Look | null, before: number): boolean {
    if (look === null) return flight.serial > this.#detached;
    return flight.number > before || (look.kind === 'loading' && look.token === flight.token);
  }

  /** A marker of this process without its flight is left over from a load that Redis failed at its end. */
  #withoutOrphan(key: string, look: Look | null): Look | null {
    if (look?.kind !== 'loading' || !look.token.startsWith(this.#processToken)) return look;
    if (this.#flights.get(key)?.token === look.token || this.#bids.has(look.token)) return look;
    return { kind: 'miss', content: look.content, ...(look.old !== undefined && { old: look.old }) };
  }
}

/** Tells whether something was found that each caller must have for himself. */
function hasValue(found: Look | null): boolean {
  return found !== null && (found.kind === 'hit' || ('old' in found && found.old !== undefined));
}

type NoHit = Extract<Look, { readonly old?: OldValue }>;
