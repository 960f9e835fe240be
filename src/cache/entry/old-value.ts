import type { StoredValue } from './entry-content.js';
import type { FreshnessPolicy } from './freshness.options.js';

/** Is a value that may be served although it is, or soon will be, due to be loaded anew. @internal */
export interface OldValue {
  readonly value: unknown;
  /** Is what is put back should the load fail. */
  readonly stored: StoredValue;
  /** Is how long it has not been fresh, in milliseconds; negative as long as it is. */
  readonly ageMs: number;
  /** Says that it is time to load it anew; not so shortly after a load that failed. */
  readonly isDue: boolean;
}

/** Tells whether an old value is served without waiting for a load. @internal */
export function isServedAtOnce(old: OldValue | undefined, policy: FreshnessPolicy): old is OldValue {
  if (old === undefined) return false;
  return old.ageMs <= policy.swrMs || (!old.isDue && isServedForWant(old, policy));
}

/** Tells whether an old value is served when its load fails or takes too long. @internal */
export function isServedForWant(old: OldValue | undefined, policy: FreshnessPolicy): old is OldValue {
  return old !== undefined && old.ageMs <= Math.max(policy.swrMs, policy.staleIfErrorMs);
}
