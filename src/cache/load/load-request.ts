import type { ResolvedEntry } from '../entry/entry-options.js';
import type { CacheMeter } from '../stats/cache-meter.js';
import type { CacheSpace } from '../cache-space.js';
import type { LoadContext } from './load-context.js';

/** Is a read of one entry. @internal */
export interface EntryRequest {
  readonly space: CacheSpace;
  /** Is the key in Redis. */
  readonly key: string;
  readonly entry: ResolvedEntry;
  readonly meter: CacheMeter;
}

/** Is a read of one entry that loads it when it is missing. @internal */
export interface LoadRequest extends EntryRequest {
  readonly load: (context: LoadContext) => unknown;
  /** Says that the loader may call `setTags`. */
  readonly setsTags: boolean;
}
