import { randomBytes } from 'node:crypto';
import { newFlight, type Flight } from './load-chain.js';
import type { Look } from '../entry/look.js';

/**
 * Keeps the loads under way in this process, and says which of them a call may join: one that began after it, or the
 * one whose marker it just read. So nobody joins a load that an invalidation has outdated, whichever process sent it.
 *
 * @internal
 */
export class Flights {
  readonly #flights = new Map<string, Flight>();
  /** Are the tokens of claims that are being taken by reads under way. */
  readonly #bids = new Set<string>();
  readonly #processToken = randomBytes(9).toString('base64url');
  #started = 0;
  #detached = 0;

  /** Counts the flights so far: what began after now has a higher number. */
  get started(): number {
    return this.#started;
  }

  /** Returns a flight that is about to begin. */
  next(): Flight {
    const serial = ++this.#started;
    return newFlight(serial, `${this.#processToken}.${serial}`);
  }

  /** Notes that a read takes the claim of a flight, which begins if there is nothing. @returns what ends the note. */
  bid({ token }: Flight): () => void {
    this.#bids.add(token);
    return () => this.#bids.delete(token);
  }

  /** Begins a flight. */
  launch(key: string, flight: Flight, result: Promise<unknown>): Flight {
    flight.result = result.finally(() => {
      flight.isOver = true;
      if (this.#flights.get(key) === flight) this.#flights.delete(key);
    });
    this.#flights.set(key, flight);
    return flight;
  }

  /** Lets no later call join the loads under way while Redis cannot say whether they are outdated. */
  detach(): void {
    this.#detached = this.#started;
  }

  /** Tells whether a key is being loaded. */
  has(key: string): boolean {
    return this.#flights.has(key);
  }

  /**
   * Returns the flight that a call may join who met `before` of them and has read `look` since; null for none. Without a
   * sign from Redis any load will do that began after the last invalidation.
   */
  open(key: string, look: Look | null, before: number): Flight | null {
    const flight = this.#flights.get(key);
    if (flight === undefined) return null;
    const isOpen =
      look === null
        ? flight.serial > this.#detached
        : flight.number > before || (look.kind === 'loading' && look.token === flight.token);
    return isOpen ? flight : null;
  }

  /** A marker of this process without its flight is left over from a load that Redis failed at its end. */
  withoutOrphan(key: string, look: Look | null): Look | null {
    if (look?.kind !== 'loading' || !look.token.startsWith(this.#processToken)) return look;
    if (this.#flights.get(key)?.token === look.token || this.#bids.has(look.token)) return look;
    return { kind: 'miss', content: look.content, ...(look.old !== undefined && { old: look.old }) };
  }
}
