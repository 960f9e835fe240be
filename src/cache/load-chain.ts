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

/** Is one of the loads that the present code runs in. */
interface Link {
  readonly key: string;
  readonly flight: Flight;
  readonly parent: Link | undefined;
}

/**
 * Knows which loads the present code is part of, so that loaders that ask for one another's keys do not wait for ever.
 *
 * @internal
 */
export class LoadChain {
  readonly #present = new AsyncLocalStorage<Link | undefined>();

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

  /** Runs the loader of a flight. */
  run<T>(key: string, flight: Flight, load: () => Promise<T>): Promise<T> {
    return this.#present.run({ key, flight, parent: this.#present.getStore() }, load);
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
