import type { Clock } from '../../common/clock.js';

/** Waits for `ms`; rejects, with its reason, as soon as one of the signals aborts. @internal */
export function pause(ms: number, signals: readonly AbortSignal[], clock: Clock): Promise<void> {
  return new Promise((resolve, reject) => {
    const end = (settle: () => void) => () => {
      cancel();
      for (const [signal, listener] of listeners) signal.removeEventListener('abort', listener);
      settle();
    };
    const listeners = signals.map((signal) => [signal, end(() => reject(signal.reason as Error))] as const);
    const cancel = clock.after(Math.max(0, ms), end(resolve));
    for (const [signal, listener] of listeners) signal.addEventListener('abort', listener, { once: true });
  });
}
