import { machineUs } from '../../src/lock/renewal/lease-slot.js';
import { LOCK_TARGETS, type LockTarget } from './lock-targets.js';

/** Is the lease of every lock, in milliseconds. */
export const TTL_MS = 1_500;

/** Tells a holder to block its event loop. */
export interface HolderOrder {
  readonly blockMs: number;
}

/** Is a stretch of time, in microseconds of the machine. */
interface Stretch {
  readonly from: number;
  readonly to: number;
}

/** Says that a process held a lock, by its own `assertHeld`, from one moment to another. */
export interface Hold extends Stretch {
  readonly resource: string;
  /** Is the server's clock when it granted the lock, in microseconds since 1970. */
  readonly fence: number;
  readonly pid: number;
  /** Is how much of what may be held at a time. */
  readonly weight: number;
}

/** Is something that was done to a holder, the network or the server. */
interface Fault extends Stretch {
  readonly what: string;
}

interface Force {
  readonly resource: string;
  readonly from: number;
  /** Is when it was over on the server's clock, which is this machine's, in microseconds since 1970. */
  readonly lastFence: number;
}

/** Is for how long before an overlap something may have led to it. */
const BACKGROUND_US = 5_000_000;

/** Is what a holder tells: that it is connected, how long it has held a lock, what became of its writes, why a turn ended. */
export type HolderWord =
  | { readonly ready: true }
  | Hold
  | { readonly writes: number; readonly refused: number }
  | { readonly ended: string };

/** Is what was seen of all holders. */
export interface Verdict {
  readonly grants: number;
  /** Counts grants by which more was held than may be. */
  readonly overlaps: number;
  readonly doubleMs: number;
  /** Counts grants whose fence did not grow. */
  readonly fencesFallen: number;
  readonly examples: readonly string[];
}

/** Keeps who held what and when, and finds who held it together. */
export class LockRecord {
  readonly #holds = new Map<string, Map<number, Hold>>();
  readonly #forced: Force[] = [];
  readonly #faults: Fault[] = [];

  /** Notes what a holder says; later words on one hold replace earlier ones. */
  note(hold: Hold): void {
    const holds = this.#holds.get(hold.resource) ?? new Map<number, Hold>();
    this.#holds.set(hold.resource, holds.set(hold.fence, hold));
  }

  /**
   * Notes that a lock was taken by force since `from`: whoever was granted it before hears of both a moment later, if it
   * can hear at all.
   */
  forced(resource: string, from: number): void {
    this.#forced.push({ resource, from, lastFence: (Date.now() + 1) * 1_000 });
  }

  /** Notes what was done since `from`, to explain an overlap by. */
  fault(what: string, from: number): void {
    this.#faults.push({ what, from, to: Number(machineUs()) });
  }

  judge(): Verdict {
    const all = LOCK_TARGETS.map((target) => this.#judge(target));
    const sum = (of: (verdict: Verdict) => number) => all.reduce((total, each) => total + of(each), 0);
    return {
      grants: sum(({ grants }) => grants),
      overlaps: sum(({ overlaps }) => overlaps),
      doubleMs: sum(({ doubleMs }) => doubleMs),
      fencesFallen: sum(({ fencesFallen }) => fencesFallen),
      examples: all.flatMap(({ examples }) => examples).slice(0, 5),
    };
  }

  #judge({ name, most }: LockTarget): Verdict {
    const all = [...(this.#holds.get(name)?.values() ?? [])];
    const holds = all.map((hold) => this.#clipped(hold)).sort((a, b) => a.from - b.from);
    let [overlaps, doubleUs, fencesFallen] = [0, 0, 0];
    const examples: string[] = [];
    let held: Hold[] = [];
    let lastFence = 0;
    for (const hold of holds) {
      held = held.filter(({ to }) => to > hold.from);
      const used = held.reduce((total, { weight }) => total + weight, hold.weight);
      const last = held.at(-1);
      if (last !== undefined && used > most) {
        overlaps++;
        doubleUs += Math.min(hold.to, last.to) - hold.from;
        examples.push(this.#exampleOf(last, hold));
      }
      // Where several hold it, the answer to an older grant may come later.
      if (most === 1 && hold.fence <= lastFence) fencesFallen++;
      lastFence = hold.fence;
      held.push(hold);
    }
    return { grants: holds.length, overlaps, doubleMs: doubleUs / 1_000, fencesFallen, examples };
  }

  #clipped(hold: Hold): Hold {
    const by = this.#forced.find(
      ({ resource, from, lastFence }) =>
        resource === hold.resource && hold.fence <= lastFence && from < hold.to,
    );
    return by === undefined ? hold : { ...hold, to: Math.max(hold.from, by.from) };
  }

  /** Tells what happened around it, in milliseconds from the first grant on. */
  #exampleOf(first: Hold, second: Hold): string {
    const at = (us: number) => ((us - first.from) / 1_000).toFixed(1);
    const span = ({ from, to }: Stretch) => `${at(from)}..${at(to)}`;
    const holds = [first, second].map((hold) => `  ${hold.pid} held it ${span(hold)} by fence ${hold.fence}`);
    const faults = this.#faults
      .filter(({ from, to }) => to > first.from - BACKGROUND_US && from < second.to)
      .map((fault) => `  ${fault.what} ${span(fault)}`);
    return [`${first.resource}:`, ...holds, ...faults].join('\n');
  }
}
