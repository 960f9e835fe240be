import { AsyncLocalStorage } from 'node:async_hooks';
import { randomBytes } from 'node:crypto';
import type { EntryReader, Look } from './entry-reader.js';
import type { LoadRunner } from './load-runner.js';
import type { LoadRequest } from './load-request.js';
import type { ClaimSeeker, Sought } from './claim-seeker.js';

/** Is a load under way in this process. */
interface Flight {
  /**
   * Grows with every flight. A call may join a flight with a higher number than those it met at its start: whatever
   * that one learns, it learns after the call began. 0 for one that began by waiting for a load it had read of before.
   */
  readonly number: number;
  readonly serial: number;
  /** Is the token of its own load, or of the one it waits for. */
  token: string;
  result: Promise<unknown>;
}

/** Is the chain of loads that the present code runs in. */
interface Chain {
  readonly key: string;
  readonly parent: Chain | undefined;
  running: boolean;
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
  readonly #flights = new Map<string, Flight>();
  readonly #processToken = randomBytes(9).toString('base64url');
  readonly #chain = new AsyncLocalStorage<Chain>();
  #started = 0;
  #detached = 0;

  constructor(
    private readonly reader: EntryReader,
    private readonly seeker: ClaimSeeker,
    private readonly runner: LoadRunner,
  ) {}

  /** Returns the entry's value, from Redis or from the loader. Rejects only with what the loader threw. */
  async getOrLoad(request: LoadRequest): Promise<unknown> {
    if (this.#isLoading(request.key)) return this.runner.run(request, null);
    const before = this.#started;
    const look = this.#withoutOrphan(request.key, await this.#look(request));
    if (look?.kind === 'hit') {
      request.meter.hit();
      return look.value;
    }
    const flight = this.#flights.get(request.key);
    if (flight !== undefined && this.#isOpen(flight, look, before)) {
      request.meter.coalesced();
      return flight.result;
    }
    request.meter.miss();
    return this.#start(request, look);
  }

  /** Lets no later call join the loads under way while Redis cannot say whether they are outdated. */
  detach(): void {
    this.#detached = this.#started;
  }

  /** A loader that asks for what it is loading, as an override that calls `super` may, must not wait for itself. */
  #isLoading(key: string): boolean {
    for (let link = this.#chain.getStore(); link !== undefined; link = link.parent) {
      if (link.running && link.key === key) return true;
    }
    return false;
  }

  async #look(request: LoadRequest): Promise<Look | null> {
    try {
      return await this.reader.look(request);
    } catch (error) {
      request.meter.failed('read', error);
      return null;
    }
  }

  #start(request: LoadRequest, look: Look | null): Promise<unknown> {
    const serial = ++this.#started;
    const number = look?.kind === 'loading' ? 0 : serial;
    const flight: Flight = {
      number,
      serial,
      token: `${this.#processToken}.${serial}`,
      result: Promise.resolve(),
    };
    flight.result = this.#fly(request, flight, look).finally(() => {
      if (this.#flights.get(request.key) === flight) this.#flights.delete(request.key);
    });
    this.#flights.set(request.key, flight);
    return flight.result;
  }

  async #fly(request: LoadRequest, flight: Flight, look: Look | null): Promise<unknown> {
    const sought = look === null ? null : await this.#seek(request, flight, look);
    if (sought?.kind === 'value') return sought.value;
    if (sought?.kind === 'failed') throw sought.error;
    const link: Chain = { key: request.key, parent: this.#chain.getStore(), running: true };
    return this.#chain
      .run(link, () => this.runner.run(request, sought?.claim ?? null))
      .finally(() => (link.running = false));
  }

  async #seek(request: LoadRequest, flight: Flight, look: Look): Promise<Sought | null> {
    const { token } = flight;
    try {
      return await this.seeker.seek(request, { token, onWait: (other) => (flight.token = other) }, look);
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
    return this.#flights.get(key)?.token === look.token ? look : { kind: 'miss', content: look.content };
  }
}
