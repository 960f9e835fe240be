import { randomBytes } from 'node:crypto';
import type { ClaimSeeker, Sought } from './claim-seeker.js';
import type { EntryReader, Look } from './entry-reader.js';
import { LoadChain, type Flight } from './load-chain.js';
import type { LoadRequest } from './load-request.js';
import type { LoadRunner } from './load-runner.js';
import { isServedAtOnce, type OldValue } from './old-value.js';
import type { StaleFallback } from './stale-fallback.js';

interface LoaderParts {
  readonly reader: EntryReader;
  readonly seeker: ClaimSeeker;
  readonly runner: LoadRunner;
  readonly fallback: StaleFallback;
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
    const look = this.#withoutOrphan(request.key, await this.#look(request));
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

  async #look(request: LoadRequest): Promise<Look | null> {
    try {
      return await this.#parts.reader.look(request);
    } catch (error) {
      request.meter.failed('read', error);
      return null;
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
    const serial = ++this.#started;
    const flight: Flight = {
      number: look?.kind === 'loading' ? 0 : serial,
      serial,
      token: `${this.#processToken}.${serial}`,
      result: Promise.resolve(),
      waits: new Set(),
    };
    flight.result = this.#fly(request, flight, look).finally(() => {
      if (this.#flights.get(request.key) === flight) this.#flights.delete(request.key);
    });
    this.#flights.set(request.key, flight);
    return flight;
  }

  async #fly(request: LoadRequest, flight: Flight, look: NoHit | null): Promise<unknown> {
    const sought = look === null ? null : await this.#seek(request, flight, look);
    if (sought?.kind === 'value') return sought.value;
    if (sought?.kind === 'failed') throw sought.error;
    const [claim, old] = sought === null ? [null, look?.old] : [sought.claim, sought.old];
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
    if (this.#flights.get(key)?.token === look.token) return look;
    return { kind: 'miss', content: look.content, ...(look.old !== undefined && { old: look.old }) };
  }
}

type NoHit = Extract<Look, { readonly old?: OldValue }>;
