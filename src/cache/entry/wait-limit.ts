import type { Clock } from '../../common/clock.js';
import { toError } from '../../common/errors.js';

/** Is how often waits are looked at. */
const TICK_MS = 5;
/** Is how late a look may come to count in full: later ones tell of a machine that has no time for the server either. */
const TIMELY_MS = 10;

interface Wait {
  readonly dueMs: number;
  readonly giveUp: () => void;
  isOver: boolean;
}

/**
 * Bounds how long callers wait for Redis, all by the same time, and with one timer.
 *
 * Time counts in which this process gets to run when it wants to; of longer gaps only as much as they should have been.
 * One that is starved of its processor, as many are when they start together, finds the answer late through no fault of
 * the server, and must not take it for frozen.
 *
 * @internal
 */
export class WaitLimit {
  #waits: Wait[] = [];
  #awakeMs = 0;
  #lookedAt = 0;
  #isTicking = false;

  constructor(
    private readonly clock: Clock,
    private readonly limitMs: number,
  ) {}

  /** Settles as `call` does, or rejects with what `onLimit` returns, if that comes first. */
  bound<T>(call: Promise<T>, onLimit: () => Error): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const wait = this.#begin(() => reject(onLimit()));
      call.then(
        (value) => {
          wait.isOver = true;
          resolve(value);
        },
        (error: unknown) => {
          wait.isOver = true;
          reject(toError(error));
        },
      );
    });
  }

  /** Waits for `work`, which does not reject, but not beyond the limit. */
  patience(work: Promise<void>): Promise<void> {
    return new Promise((resolve) => {
      const wait = this.#begin(resolve);
      void work.then(() => {
        wait.isOver = true;
        resolve();
      });
    });
  }

  #begin(giveUp: () => void): Wait {
    if (!this.#isTicking) this.#tickLater();
    const wait: Wait = { dueMs: this.#awakeMs + this.limitMs, giveUp, isOver: false };
    this.#waits.push(wait);
    return wait;
  }

  /** Ends all waits, when it is known that the server is away. */
  endAll(): void {
    const waits = this.#waits;
    this.#waits = [];
    for (const wait of waits) if (!wait.isOver) wait.giveUp();
  }

  #tickLater(): void {
    this.#isTicking = true;
    this.#lookedAt = this.clock.monotonic();
    // What has arrived while the process was busy is read before what comes next in the loop.
    this.clock.after(TICK_MS, () => setImmediate(() => this.#tick()));
  }

  #tick(): void {
    const elapsedMs = this.clock.monotonic() - this.#lookedAt;
    this.#awakeMs += elapsedMs <= TIMELY_MS ? elapsedMs : TICK_MS;
    this.#waits = this.#waits.filter((wait) => {
      if (wait.isOver) return false;
      if (wait.dueMs > this.#awakeMs) return true;
      wait.giveUp();
      return false;
    });
    this.#isTicking = false;
    if (this.#waits.length > 0) this.#tickLater();
  }
}
