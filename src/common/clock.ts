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

/** Is the clock of the machine. @internal */
export const SYSTEM_CLOCK: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after(delayMs, wake) {
    const timer = setTimeout(wake, delayMs);
    timer.unref();
    return () => clearTimeout(timer);
  },
};
