import type { Cancel, Clock } from './clock.js';

/** Is how often it is looked whether the time has come. */
const LOOK_MS = 50;
/** Is the most that counts of the time between two looks: one that comes later tells that this process could not run. */
const MOST_MS = 2 * LOOK_MS;

/**
 * Calls `wake` once, after `delayMs` in which this process gets to run when it wants to.
 *
 * One that is kept from running, by its own work or by a busy machine, finds answers late through no fault of those who
 * gave them. What arrived meanwhile is read before the time is up.
 *
 * @internal
 */
export function afterAwake(clock: Clock, delayMs: number, wake: () => void): Cancel {
  let leftMs = delayMs;
  let isOver = false;
  let cancel: Cancel = () => undefined;
  const lookLater = () => {
    const startedAtMs = clock.monotonic();
    cancel = clock.after(Math.min(LOOK_MS, leftMs), () => setImmediate(look, startedAtMs));
  };
  const look = (startedAtMs: number) => {
    if (isOver) return;
    leftMs -= Math.min(clock.monotonic() - startedAtMs, MOST_MS);
    if (leftMs > 0) lookLater();
    else wake();
  };
  lookLater();
  return () => {
    isOver = true;
    cancel();
  };
}
