/** Is the lease of every lock, in milliseconds. */
export const TTL_MS = 1_500;

/** Tells a holder to block its event loop. */
export interface HolderOrder {
  readonly blockMs: number;
}

/** Says that a process held a lock, by its own `assertHeld`, from one moment to another, in microseconds of the machine. */
export interface Hold {
  readonly resource: string;
  readonly fence: number;
  readonly from: number;
  readonly to: number;
}

/** Is what a holder tells: that it is connected, how long it has held a lock, what became of its writes, why a turn ended. */
export type HolderWord =
  | { readonly ready: true }
  | Hold
  | { readonly writes: number; readonly refused: number }
  | { readonly ended: string };

/** Is what was seen of all holders. */
export interface Verdict {
  readonly grants: number;
  /** Counts locks that two held at once. */
  readonly overlaps: number;
  readonly doubleMs: number;
  /** Counts grants whose fence did not grow. */
  readonly fencesFallen: number;
  readonly examples: readonly string[];
}

/** Keeps who held what and when, and finds who held it together. */
export class LockRecord {
  readonly #holds = new Map<string, Map<number, Hold>>();
  readonly #forced: (Omit<Hold, 'fence'> & { readonly fence?: never })[] = [];

  /** Notes what a holder says; later words on one hold replace earlier ones. */
  note(hold: Hold): void {
    const holds = this.#holds.get(hold.resource) ?? new Map<number, Hold>();
    this.#holds.set(hold.resource, holds.set(hold.fence, hold));
  }

  /** Notes that a lock was taken by force in between: its holder hears of that a moment later, if it can hear at all. */
  forced(resource: string, from: number, to: number): void {
    this.#forced.push({ resource, from, to });
  }

  judge(): Verdict {
    let [grants, overlaps, doubleUs, fencesFallen] = [0, 0, 0, 0];
    const examples: string[] = [];
    for (const [resource, all] of this.#holds) {
      const holds = [...all.values()].map((hold) => this.#clipped(hold)).sort((a, b) => a.from - b.from);
      grants += holds.length;
      let last: Hold | null = null;
      for (const hold of holds) {
        if (last !== null && hold.from < last.to) {
          overlaps++;
          doubleUs += Math.min(hold.to, last.to) - hold.from;
          examples.push(`${resource}: ${JSON.stringify(last)} and ${JSON.stringify(hold)}`);
        }
        if (last !== null && hold.fence <= last.fence) fencesFallen++;
        if (last === null || hold.to > last.to) last = hold;
      }
    }
    return { grants, overlaps, doubleMs: doubleUs / 1_000, fencesFallen, examples: examples.slice(0, 5) };
  }

  #clipped(hold: Hold): Hold {
    const by = this.#forced.find(
      ({ resource, from, to }) => resource === hold.resource && hold.from <= to && from < hold.to,
    );
    return by === undefined ? hold : { ...hold, to: Math.max(hold.from, by.from) };
  }
}
