/** Stops what it was given for; calling it again does nothing. @internal */
export type Cancel = () => void;

/**
 * Tells time and wakes up later; injected so that tests can move time by hand.
 *
 * @internal
 */
export interface Clock {
  /** Returns the wall clock in milliseconds since 1970; it may jump. */
  now(): number;
  /** Returns milliseconds that only grow, from an arbitrary start. */
  monotonic(): number;
  /** Calls `wake` once after `delayMs`; the timer never keeps the process alive. */
  after(delayMs: number, wake: () => void): Cancel;
}

/** Is the longest wait of one timer, in milliseconds; Node takes a longer one for 1. @internal */
export const MAX_TIMER_MS = 2 ** 31 - 1;

/** Is the clock of the machine. @internal */
export const SYSTEM_CLOCK: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(delayMs, wake) {
    let timer: NodeJS.Timeout;
    const wait = (leftMs: number): void => {
      const isLast = leftMs <= MAX_TIMER_MS;
      timer = setTimeout(isLast ? wake : () => wait(leftMs - MAX_TIMER_MS), Math.min(leftMs, MAX_TIMER_MS));
      timer.unref();
    };
    wait(delayMs);
    return () => clearTimeout(timer);
  },
};
