/**
 * Lists the library's events and what each carries.
 *
 * A wing adds its own by declaration merging in `<wing>.events.ts`, so that monitoring can listen to all of them
 * without knowing any wing. Payloads hold names and numbers, never values or personal data.
 *
 * @publicApi
 */
export interface SuiteEventMap {
  /** Something went wrong where nobody could be told by a rejection. */
  'suite:error': { readonly where: string; readonly error: Error };
}

/** Is the name of an event, for example `cache:hit`. @publicApi */
export type SuiteEventName = keyof SuiteEventMap;

type Listener<N extends SuiteEventName> = (payload: SuiteEventMap[N]) => unknown;

/** Is one listening: an object of its own, so that a function that listens twice is two. */
interface Listening {
  readonly listener: Listener<never>;
}

/**
 * Carries the library's events within one application: wings emit, monitoring and the application listen.
 *
 * Emitting without listeners costs a map look-up. A listener that throws or rejects is reported as a process warning;
 * it never disturbs the call that emitted.
 *
 * @publicApi
 */
export class SuiteEvents {
  readonly #listeners = new Map<SuiteEventName, Set<Listening>>();

  /** Calls `listener` on every event `name`. @returns a function that stops it. */
  on<N extends SuiteEventName>(name: N, listener: Listener<N>): () => void {
    const listeners = this.#listeners.get(name) ?? new Set();
    const listening = { listener };
    this.#listeners.set(name, listeners.add(listening));
    return () => {
      listeners.delete(listening);
    };
  }

  /** Calls the listeners of `name`, in the order in which they came. */
  emit<N extends SuiteEventName>(name: N, payload: SuiteEventMap[N]): void {
    const listeners = this.#listeners.get(name);
    if (listeners === undefined) return;
    for (const { listener } of listeners) {
      try {
        const result = (listener as Listener<N>)(payload);
        if (result instanceof Promise) result.catch((error: unknown) => warn(name, error));
      } catch (error) {
        warn(name, error);
      }
    }
  }

  /** Tells whether anybody listens to `name`, so that a costly payload need not be made for nobody. */
  has(name: SuiteEventName): boolean {
    return (this.#listeners.get(name)?.size ?? 0) > 0;
  }
}

function warn(name: SuiteEventName, error: unknown): void {
  process.emitWarning(error instanceof Error ? error : `a listener of ${name} threw`);
}
