import type { Cancel, Clock } from '../../src/common/clock.js';

interface Alarm {
  readonly at: number;
  readonly wake: () => void;
}

/** Is a clock whose hands a test moves. */
export class HandClock implements Clock {
  readonly #alarms = new Set<Alarm>();
  #ms = 0;

  now(): number {
    return 1_800_000_000_000 + this.#ms;
  }

  monotonic(): number {
    return this.#ms;
  }

  after(delayMs: number, wake: () => void): Cancel {
    const alarm = { at: this.#ms + delayMs, wake };
    this.#alarms.add(alarm);
    return () => this.#alarms.delete(alarm);
  }

  /** Counts the alarms that are set. */
  get pending(): number {
    return this.#alarms.size;
  }

  /** Moves the hands, waking on the way whoever asked for it, and lets promises settle in between. */
  async move(ms: number): Promise<void> {
    const end = this.#ms + ms;
    for (let next = this.#next(end); next !== undefined; next = this.#next(end)) {
      this.#ms = Math.max(this.#ms, next.at);
      this.#alarms.delete(next);
      next.wake();
      await settled();
    }
    this.#ms = end;
    await settled();
  }

  /** Moves the hands at once, as if the process did not run meanwhile: whoever is due is woken late, by `move`. */
  skip(ms: number): void {
    this.#ms += ms;
  }

  #next(end: number): Alarm | undefined {
    return [...this.#alarms].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at)[0];
  }
}

/** Waits until every promise that can settle has. */
function settled(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
