import { AsyncLocalStorage } from 'node:async_hooks';

/** Is a load under way in this process. @internal */
export interface Flight {
  /**
   * Grows with every flight. A call may join a flight with a higher number than those it met at its start: whatever
   * that one learns, it learns after the call began. 0 for one that began by waiting for a load it had read of before.
   */
  number: number;
  readonly serial: number;
  /** Is the token of its own load, or of the one it waits for. */
  token: string;
  result: Promise<unknown>;
  isOver: boolean;
  /** Are the waits of its loader for other flights. */
  readonly waits: Set<{ readonly for: Flight }>;
}

/** Makes a flight that has yet to begin. @internal */
export function newFlight(serial: number, token: string): Flight {
  return { number: serial, serial, token, result: Promise.resolve(), isOver: false, waits: new Set() };
}

/** Says what a loader loads. @internal */
export interface LoadPart {
  readonly keys: readonly string[];
  readonly flight: Flight;
}

/** Is one of the loads that the present code runs in. */
interface Link {
  readonly key: string;
  readonly flight: Flight;
  readonly parent: Link | undefined;
}

/**
 * Knows which loads the present code is part of, so that loaders that ask for one another's keys do not wait for ever.
 *
 * It follows the code only while a loader runs: on Node 20 and 22 that makes every promise of the process dearer.
 *
 * @internal
 */
export class LoadChain {
  readonly #present = new AsyncLocalStorage<Link | undefined>();
  /** Counts the loaders under way. */
  #running = 0;

  /** Tells whether the present code is a loader, or was called by one. */
  get isInside(): boolean {
    return this.#innermost() !== undefined;
  }

  /** A loader that asks for what it is loading, as an override that calls `super` may, must not wait for itself. */
  isLoading(key: string): boolean {
    for (let link = this.#present.getStore(); link !== undefined; link = link.parent) {
      if (!link.flight.isOver && link.key === key) return true;
    }
    return false;
  }

  /** Tells whether a flight waits, by way of others perhaps, for the load that the present code is part of. */
  isAwaitedBy(flight: Flight): boolean {
    const own = this.#innermost()?.flight;
    if (own === undefined) return false;
    const seen = new Set<Flight>();
    const reaches = (from: Flight): boolean => {
      if (from === own) return true;
      if (seen.has(from)) return false;
      seen.add(from);
      return [...from.waits].some((wait) => reaches(wait.for));
    };
    return reaches(flight);
  }

  /** Waits for a flight, and lets others know of it meanwhile. */
  wait(flight: Flight): Promise<unknown> {
    const waits = this.#innermost()?.flight.waits;
    if (waits === undefined) return flight.result;
    const wait = { for: flight };
    waits.add(wait);
    return flight.result.finally(() => waits.delete(wait));
  }

  /** Runs a loader, of no flight if `part` is null; `left` must follow at its end. */
  run<T>(part: LoadPart | null, load: () => T): T {
    this.#running++;
    let link = this.#innermost();
    if (part !== null) for (const key of part.keys) link = { key, flight: part.flight, parent: link };
    return this.#present.run(link, load);
  }

  /** Notes the end of a loader; with the last one all that is known of chains is of flights that are over. */
  left(): void {
    if (--this.#running === 0) this.#present.disable();
  }

  /** Does something that no load waits for. */
  apart<T>(work: () => T): T {
    return this.#present.run(undefined, work);
  }

  #innermost(): Link | undefined {
    let link = this.#present.getStore();
    while (link?.flight.isOver === true) link = link.parent;
    return link;
  }
}
