import { AsyncLocalStorage, AsyncResource } from 'node:async_hooks';

interface Batch {
  readonly sends: (() => Promise<unknown>)[];
  isOpen: boolean;
}

/**
 * Holds invalidations back until the code that asked for them has succeeded.
 *
 * @internal
 */
export class InvalidationDeferral {
  readonly #batch = new AsyncLocalStorage<Batch>();

  /** Keeps `send` for later if the present code runs within `run`. @returns whether it does. */
  defer(send: () => Promise<unknown>): boolean {
    const batch = this.#batch.getStore();
    if (batch?.isOpen !== true) return false;
    // The scope, a tenant for example, is that of the call and not that of the end.
    batch.sends.push(AsyncResource.bind(send));
    return true;
  }

  /** Runs `fn` and then sends what it deferred, or drops it if `fn` fails; within another `run` that one sends. */
  async run<T>(fn: () => Promise<T>): Promise<T> {
    if (this.#batch.getStore()?.isOpen === true) return fn();
    const batch: Batch = { sends: [], isOpen: true };
    const result = await this.#batch.run(batch, async () => fn()).finally(() => (batch.isOpen = false));
    // A failure is told as `cache:error`; what `fn` did is done and must not look failed.
    await Promise.allSettled(batch.sends.map((send) => send()));
    return result;
  }
}
