import { toMs, type Duration } from '../common/duration.js';

/**
 * Lets a loader decide, from what it found, how its value is stored.
 *
 * @example
 * ```ts
 * const load = async ({ setTags }: LoadContext) => {
 *   const asset = await assets.find(id);
 *   setTags(`creator:${asset.creatorId}`);
 *   return asset;
 * };
 * ```
 * @publicApi
 */
export interface LoadContext {
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

/** Remembers what a loader decided. @internal */
export class LoadDecisions implements LoadContext {
  ttlMs: number;
  tags: string[] = [];
  skipped = false;

  constructor(defaultTtlMs: number) {
    this.ttlMs = defaultTtlMs;
  }

  readonly setTtl = (ttl: Duration): void => {
    this.ttlMs = toMs(ttl, 'setTtl');
  };

  readonly setTags = (...tags: string[]): void => {
    this.tags.push(...tags);
  };

  readonly skip = (): void => {
    this.skipped = true;
  };
}
