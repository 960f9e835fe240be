import type { Cancel } from './clock.js';

const listening = new WeakMap<AbortSignal, Set<() => void>>();

/**
 * Calls `listener` once when `signal` aborts, at once if it has. However many there are, the signal itself gets one
 * listener: Node warns of a leak from the eleventh on.
 *
 * @returns a function that stops it.
 * @internal
 */
export function onAbort(signal: AbortSignal, listener: () => void): Cancel {
  if (signal.aborted) {
    listener();
    return () => undefined;
  }
  const listeners = listening.get(signal) ?? listenTo(signal);
  // An object of its own, so that a function that listens twice is two.
  const once = () => listener();
  listeners.add(once);
  return () => void listeners.delete(once);
}

function listenTo(signal: AbortSignal): Set<() => void> {
  const listeners = new Set<() => void>();
  listening.set(signal, listeners);
  signal.addEventListener('abort', () => listeners.forEach((listener) => listener()), { once: true });
  return listeners;
}
