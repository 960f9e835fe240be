import { RedisReplyError } from '../connection/connection.errors.js';
import type { ClaimSeeker } from './claim-seeker.js';
import type { EntryReader } from './entry-reader.js';
import type { Flights } from './flights.js';
import type { Flight } from './load-chain.js';
import type { LoadClaim } from './load-claim.js';
import type { LoadRequest } from './load-request.js';
import type { Look } from './look.js';

/** Says that there was nothing, and that the load has begun. @internal */
export interface Begun {
  readonly kind: 'begun';
  readonly flight: Flight;
}

/** Is a load that begins if the read that precedes it finds nothing. */
interface Bid {
  readonly flight: Flight;
  readonly claim: LoadClaim;
}

interface FirstReadParts {
  readonly reader: EntryReader;
  readonly seeker: ClaimSeeker;
  readonly flights: Flights;
  /** Begins a load whose claim stands. */
  readonly begin: (request: LoadRequest, flight: Flight, claim: LoadClaim) => void;
}

/**
 * Reads an entry that may have to be loaded. Where that is likely, the same command claims the load, which then begins
 * at once; others who ask for the key in the same turn of the event loop wait for the same read.
 *
 * @internal
 */
export class FirstRead {
  readonly #parts: FirstReadParts;
  /** Are the reads that this turn has yet to send, and that begin a load where there is nothing. */
  readonly #unsent = new Map<string, Promise<Look | Begun | null>>();

  constructor(parts: FirstReadParts) {
    this.#parts = parts;
  }

  /** Returns the read that somebody else of this turn has asked for. */
  unsent(key: string): Promise<Look | Begun | null> | undefined {
    return this.#unsent.get(key);
  }

  /** Reads an entry, and begins its load if there is nothing and that was likely. @returns null while Redis is away. */
  start(request: LoadRequest): Promise<Look | Begun | null> {
    const bid = request.meter.isMissLikely ? this.#bid(request) : null;
    if (bid === null) return this.look(request);
    const { key } = request;
    const reading = this.#lookOrLoad(request, bid);
    this.#unsent.set(key, reading);
    process.nextTick(() => this.#unsent.delete(key));
    return reading;
  }

  /** Only reads an entry. @returns null while Redis is away. */
  async look(request: LoadRequest): Promise<Look | null> {
    try {
      return await this.#parts.reader.look(request);
    } catch (error) {
      request.meter.failed('read', error);
      return null;
    }
  }

  /** Makes ready to claim the load with the read. @returns null when too little is known of the entry's tags. */
  #bid(request: LoadRequest): Bid | null {
    const flight = this.#parts.flights.next();
    const claim = this.#parts.seeker.prepared(request, flight.token);
    return claim === null ? null : { flight, claim };
  }

  async #lookOrLoad(request: LoadRequest, { flight, claim }: Bid): Promise<Look | Begun | null> {
    const endBid = this.#parts.flights.bid(flight);
    try {
      const look = await this.#parts.reader.lookOrClaim(request, claim);
      if (look !== null) return look;
      this.#parts.begin(request, flight, claim);
      return { kind: 'begun', flight };
    } catch (error) {
      // A server that does not let itself be written may still be read.
      if (error instanceof RedisReplyError) return await this.look(request);
      request.meter.failed('read', error);
      return null;
    } finally {
      endBid();
    }
  }
}
