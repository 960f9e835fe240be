import type { MaybePromise } from '../../common/maybe-promise.js';
import { RedisReplyError } from '../../connection/connection.errors.js';
import type { ClaimSeeker } from './claim-seeker.js';
import type { EntryReader, Sight } from '../entry/entry-reader.js';
import type { Flights } from './flights.js';
import type { Flight } from './load-chain.js';
import type { LoadClaim } from './load-claim.js';
import type { LoadRequest } from './load-request.js';
import type { Look } from '../entry/look.js';

/** Says what a first read came to. @internal */
export type First =
  /** There was nothing, and the load has begun. */
  | { readonly kind: 'begun'; readonly flight: Flight }
  /** There was something, or Redis was away: then `look` is null. `content` is what others can judge for themselves. */
  | { readonly kind: 'seen'; readonly look: Look | null; readonly content?: Sight['content'] };

/** Is a read that those share who ask for one key in one turn of the event loop. @internal */
export interface SharedRead<T> {
  readonly first: Promise<First>;
  /** Is what those make of it who did not begin it. */
  end: Promise<T> | null;
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
 * at once; others who ask for the key in the same turn share the read.
 *
 * @internal
 */
export class FirstRead<T> {
  readonly #parts: FirstReadParts;
  /** Are the reads that this turn has yet to send, and that begin a load where there is nothing. */
  readonly #unsent = new Map<string, SharedRead<T>>();

  constructor(parts: FirstReadParts) {
    this.#parts = parts;
  }

  /** Returns the read that somebody of this turn has begun. */
  unsent(key: string): SharedRead<T> | undefined {
    return this.#unsent.get(key);
  }

  /** Reads an entry, and begins its load if there is nothing. @returns null where that is not likely, or not possible. */
  start(request: LoadRequest): Promise<First> | null {
    const bid = request.meter.isMissLikely ? this.#bid(request) : null;
    if (bid === null) return null;
    const { key } = request;
    const first = this.#lookOrLoad(request, bid);
    this.#unsent.set(key, { first, end: null });
    process.nextTick(() => this.#unsent.delete(key));
    return first;
  }

  /** Only reads an entry. @returns null while Redis is away. */
  look(request: LoadRequest): Promise<Look | null> {
    return orNull(request, this.#parts.reader.look(request));
  }

  /** Makes of what another one's read found what is there for this request. */
  share(request: LoadRequest, content: Sight['content']): Promise<Look | null> {
    if (content === undefined) return this.look(request);
    return orNull(request, this.#parts.reader.judge(request, content));
  }

  /** Makes ready to claim the load with the read. @returns null when too little is known of the entry's tags. */
  #bid(request: LoadRequest): Bid | null {
    const flight = this.#parts.flights.next();
    const claim = this.#parts.seeker.prepared(request, flight.token);
    return claim === null ? null : { flight, claim };
  }

  async #lookOrLoad(request: LoadRequest, { flight, claim }: Bid): Promise<First> {
    const endBid = this.#parts.flights.bid(flight);
    try {
      const sight = await this.#parts.reader.lookOrClaim(request, claim);
      if (sight !== null) return { kind: 'seen', ...sight };
      this.#parts.begin(request, flight, claim);
      return { kind: 'begun', flight };
    } catch (error) {
      // A server that does not let itself be written may still be read.
      if (error instanceof RedisReplyError) return { kind: 'seen', look: await this.look(request) };
      request.meter.failed('read', error);
      return { kind: 'seen', look: null };
    } finally {
      endBid();
    }
  }
}

async function orNull({ meter }: LoadRequest, looking: MaybePromise<Look>): Promise<Look | null> {
  try {
    return await looking;
  } catch (error) {
    meter.failed('read', error);
    return null;
  }
}
