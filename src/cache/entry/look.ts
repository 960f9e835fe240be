import type { CacheTier } from '../cache.events.js';
import type { Freshness, StoredValue } from './entry-content.js';
import type { OldValue } from './old-value.js';

/** Is what a read found. @internal */
export type Look =
  /** There is a value, and it is fresh; `due` is there when it should be loaded anew all the same. */
  | {
      readonly kind: 'hit';
      readonly tier: CacheTier;
      readonly value: unknown;
      /** Is what it was made from, if that is all the key holds in Redis. */
      readonly stored?: StoredValue;
      readonly freshness?: Freshness;
      readonly due?: { readonly content: string; readonly old: OldValue };
    }
  /** Somebody is loading the value; `old` is the one from before. */
  | {
      readonly kind: 'loading';
      readonly token: string;
      readonly awaited: boolean;
      readonly content: string;
      readonly old?: OldValue;
    }
  /** There is no fresh value; `content` is what stands in its place: old, outdated, unreadable, or nothing. */
  | { readonly kind: 'miss'; readonly content: string | null; readonly old?: OldValue }
  /** A load has failed a short while ago. */
  | { readonly kind: 'failed'; readonly error: unknown };
