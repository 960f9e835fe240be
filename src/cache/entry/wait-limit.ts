import { AwakeTimer } from '../../common/awake-timer.js';
import type { Clock } from '../../common/clock.js';

/** Is how often waits are looked at, in milliseconds. */
const TICK_MS = 3;

/**
 * Bounds how long callers wait for Redis, all by the same time, in which this process gets to run: one that is starved of
 * its processor, as many are when they start together, must not take the server for frozen.
 *
 * @internal
 */
export class WaitLimit {
  readonly #timer: AwakeTimer;

  constructor(
    clock: Clock,
    private readonly limitMs: number,
  ) {
    this.#timer = new AwakeTimer(clock, TICK_MS);
  }

  /** Settles as `call` does, or rejects with what `onLimit` returns, if that comes first. */
  bound<T>(call: Promise<T>, onLimit: () => Error): Promise<T> {
    return this.#timer.bound(call, this.limitMs, onLimit);
  }

  /** Waits for `work`, which does not reject, but not beyond the limit. */
  patience(work: Promise<void>): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#timer.after(this.limitMs, resolve);
      void work.then(() => {
        cancel();
        resolve();
      });
    });
  }

  /** Ends all waits, when it is known that the server is away. */
  endAll(): void {
    this.#timer.endAll();
  }
}
