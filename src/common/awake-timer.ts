import type { Cancel, Clock } from './clock.js';

interface Wait {
  /** Is when it ends, on the timer's own time. */
  dueMs: number;
  /** Is null once it is over: what it would keep alive may be large. */
  giveUp: (() => void) | null;
  /** Says that a look has found it. */
  isFound: boolean;
}

/** Is by how much a look may come late, in milliseconds, as those of an idle process do. */
const LATE_MS = 2;

/**
 * Ends waits after time in which this process gets to run when it wants to; of a longer gap only twice as much counts as
 * should lie between two looks. One timer serves all of them.
 *
 * A process that is kept from running, by its own work or by a busy machine, finds answers late through no fault of those
 * who gave them. What arrived meanwhile is read before a wait is over, and a late look leaves those that it finds for the
 * first time to the next one.
 *
 * @internal
 */
export class AwakeTimer {
  readonly #look = () => setImmediate(() => this.#lookNow());
  #waits: Wait[] = [];
  /** Is the timer's own time: what has counted up to the last look. */
  #awakeMs = 0;
  /** Is when that was, on the clock. */
  #lookedAtMs = 0;
  /** Is when the next look is due, on the timer's own time; infinite when nobody waits. */
  #nextMs = Infinity;
  /** Is when that is, on the clock. */
  #dueAtMs = 0;
  #cancelLook: Cancel = () => undefined;

  /** Looks every `tickMs`, and when a wait ends. */
  constructor(
    private readonly clock: Clock,
    private readonly tickMs = 20,
  ) {}

  /** Is the timer's own time, which stands still while nobody waits. */
  get nowMs(): number {
    if (this.#nextMs === Infinity) return this.#awakeMs;
    return this.#awakeMs + this.#counted(this.clock.monotonic() - this.#lookedAtMs);
  }

  /** Calls `wake` once, after `delayMs`. */
  after(delayMs: number, wake: () => void): Cancel {
    const wait = this.#begin(delayMs, wake);
    return () => {
      wait.giveUp = null;
    };
  }

  /** Settles as `call` does, or rejects with what `onLimit` returns, if `limitMs` pass before. */
  bound<T>(call: Promise<T>, limitMs: number, onLimit: () => Error): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const wait = this.#begin(limitMs, () => reject(onLimit()));
      call.then(
        (value) => {
          wait.giveUp = null;
          resolve(value);
        },
        (error: unknown) => {
          wait.giveUp = null;
          // eslint-disable-next-line @typescript-eslint/prefer-promise-reject-errors -- it is passed on as it is
          reject(error);
        },
      );
    });
  }

  /** Ends all waits now. */
  endAll(): void {
    const waits = this.#waits;
    this.#waits = [];
    for (const { giveUp } of waits) giveUp?.();
  }

  #begin(delayMs: number, giveUp: () => void): Wait {
    if (this.#nextMs === Infinity) this.#lookedAtMs = this.clock.monotonic();
    const { nowMs } = this;
    const wait: Wait = { dueMs: nowMs + delayMs, giveUp, isFound: false };
    this.#waits.push(wait);
    this.#lookAt(Math.min(nowMs + this.tickMs, wait.dueMs), nowMs);
    return wait;
  }

  #lookAt(nextMs: number, nowMs: number): void {
    if (nextMs >= this.#nextMs) return;
    this.#cancelLook();
    this.#nextMs = nextMs;
    const delayMs = Math.max(0, nextMs - nowMs);
    this.#dueAtMs = this.clock.monotonic() + delayMs;
    this.#cancelLook = this.clock.after(delayMs, this.#look);
  }

  #lookNow(): void {
    const awakeMs = this.nowMs;
    this.#awakeMs = awakeMs;
    this.#lookedAtMs = this.clock.monotonic();
    const isLate = this.#lookedAtMs > this.#dueAtMs + LATE_MS;
    this.#nextMs = Infinity;
    const over: Wait[] = [];
    const going: Wait[] = [];
    let firstMs = Infinity;
    for (const wait of this.#waits) {
      if (wait.giveUp === null) continue;
      // What it waits for may have gone out only at the end of the time in which this process stood still.
      if (isLate && !wait.isFound) wait.dueMs = Math.max(wait.dueMs, awakeMs + this.tickMs);
      wait.isFound = true;
      if (wait.dueMs <= awakeMs) over.push(wait);
      else {
        going.push(wait);
        firstMs = Math.min(firstMs, wait.dueMs);
      }
    }
    this.#waits = going;
    if (going.length > 0) this.#lookAt(Math.min(awakeMs + this.tickMs, firstMs), awakeMs);
    // One that is given up may end others.
    for (const { giveUp } of over) giveUp?.();
  }

  /** A gap that is much longer than it should be tells of a process that could not run. */
  #counted(elapsedMs: number): number {
    return Math.min(elapsedMs, 2 * this.tickMs);
  }
}
