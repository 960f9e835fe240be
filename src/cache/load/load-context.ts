import { toMs, type Duration } from '../../common/duration.js';
import type { OldValue } from '../entry/old-value.js';

/**
 * Lets a loader decide, from what it found, how its value is stored; tells it what was there before, and when to stop.
 *
 * @example
 * ```ts
 * const load = async ({ setTags, stale, signal }: LoadContext) => {
 *   const answer = await assets.find(id, { signal, unlessMatch: (stale as Asset | undefined)?.etag });
 *   if (answer.isUnchanged) return stale as Asset;
 *   setTags(`creator:${answer.asset.creatorId}`);
 *   return answer.asset;
 * };
 * ```
 * @publicApi
 */
export interface LoadContext {
  /**
   * Aborts when nobody waits for the value any more: after `hardTimeout`, with a `CacheLoadTimeoutError`, and when the
   * application shuts down.
   */
  readonly signal: AbortSignal;
  /**
   * Is the old value, if there is one that was not invalidated: return it to say that nothing has changed, which gives it
   * a new ttl. It may have been written by an earlier release.
   */
  readonly stale?: unknown;
  /** Sets the ttl of this value. @throws {InvalidOptionsError} when it is no duration. */
  readonly setTtl: (ttl: Duration) => void;
  /**
   * Adds tags that only the value tells. The value is stored only if no tag at all was invalidated in this cache
   * namespace since the loader began: nobody can know whether it was one of these.
   */
  readonly setTags: (...tags: string[]) => void;
  /** Leaves the value out of the cache. */
  readonly skip: () => void;
}

/** Is the beginning of a function that can know nothing of its arguments. */
const TAKES_NOTHING = /^(?:async\s*)?\(\s*\)\s*=>/;

/** Tells whether a loader may use its context: a rest parameter or a default does not count in its length. @internal */
export function mayAskForContext(loader: (context: LoadContext) => unknown): boolean {
  return loader.length > 0 || !TAKES_NOTHING.test(String(loader));
}

const NO_TAGS: readonly string[] = [];

/**
 * Remembers what a loader decided, and tells it when to stop. What the loader may use, or not, is made when it asks.
 *
 * @internal
 */
export class LoadDecisions implements LoadContext {
  declare readonly stale?: unknown;
  /** Is the ttl that the loader chose; null when it did not. */
  chosenTtlMs: number | null = null;
  tags: readonly string[] = NO_TAGS;
  skipped = false;
  #controller: AbortController | null = null;
  #abortedWith: { readonly reason: Error } | null = null;

  constructor(old?: OldValue) {
    if (old !== undefined) this.stale = old.value;
  }

  get signal(): AbortSignal {
    if (this.#controller === null) {
      this.#controller = new AbortController();
      if (this.#abortedWith !== null) this.#controller.abort(this.#abortedWith.reason);
    }
    return this.#controller.signal;
  }

  /** Tells the loader to stop. */
  abort(reason: Error): void {
    this.#abortedWith = { reason };
    this.#controller?.abort(reason);
  }

  get setTtl(): LoadContext['setTtl'] {
    return (ttl) => {
      this.chosenTtlMs = toMs(ttl, 'setTtl');
    };
  }

  get setTags(): LoadContext['setTags'] {
    return (...tags) => {
      this.tags = [...this.tags, ...tags];
    };
  }

  get skip(): LoadContext['skip'] {
    return () => {
      this.skipped = true;
    };
  }
}
