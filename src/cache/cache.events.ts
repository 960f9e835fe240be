import type { L1CoherenceMode } from './l1/l1-coherence.js';

/** Says where a value was found: in the process, `l1`, or in Redis, `l2`. @publicApi */
export type CacheTier = 'l1' | 'l2';

/** Says what was invalidated. @publicApi */
export type InvalidationKind = 'keys' | 'tags' | 'entities' | 'pattern' | 'clear';

/** Says why a value was served that was not fresh: a load is under way, takes long, or failed. @publicApi */
export type StaleReason = 'loading' | 'slow' | 'failed';

/** Says what became of invalidations that could not reach Redis. @publicApi */
export type BacklogState = 'queued' | 'applied' | 'overflowed' | 'lost';

declare module '../common/events.js' {
  interface SuiteEventMap {
    /** A read found a value. */
    'cache:hit': { readonly cache: string; readonly tier: CacheTier };
    /** A read found none. */
    'cache:miss': { readonly cache: string };
    /** A read was answered with a value that is not fresh any more. */
    'cache:stale': { readonly cache: string; readonly reason: StaleReason };
    /** A read was answered with a `null`, `undefined` or failure from before. */
    'cache:negative': { readonly cache: string };
    /** A loader failed where nobody saw its error: in the background, or because there was an old value. */
    'cache:load-failed': { readonly cache: string; readonly error: Error };
    /** A call took the result of a load that was already under way. */
    'cache:coalesced': { readonly cache: string };
    /** A loader ended. */
    'cache:load': { readonly cache: string; readonly durationMs: number; readonly failed: boolean };
    /** A loaded value was not stored, because it was invalidated while it was loaded or its claim was lost. */
    'cache:refused': { readonly cache: string };
    /** A stored value could not be used: other bytes, another codec, version or encryption, or not what its schema says. */
    'cache:unreadable': { readonly cache: string; readonly error: Error };
    /** Redis or a codec failed; the call went on without the cache. */
    'cache:error': { readonly cache: string; readonly operation: string; readonly error: Error };
    /**
     * Invalidations that could not reach Redis were queued, sent when it was back, replaced by the removal of everything
     * because there were too many, or lost because the application ended or the server refuses them.
     */
    'cache:backlog': { readonly state: BacklogState; readonly count: number };
    /** The first tier follows changes in another way than before, or not at present. */
    'cache:coherence': { readonly coherence: L1CoherenceMode };
    /** A value that the process kept made room for another. */
    'cache:evicted': { readonly cache: string };
    /** Entries were invalidated; `count` counts keys, tags, instances of entities or entries, by kind. */
    'cache:invalidated': { readonly cache: string; readonly kind: InvalidationKind; readonly count: number };
  }
}
