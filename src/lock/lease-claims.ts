import type { Lease } from './lease.js';
import type { Renewal, Returned } from './lock.scripts.js';

/** Returns what prolongs a lease by `ttlMs`. @internal */
export function renewalOf({ claim, fence, since }: Lease, ttlMs: number): Renewal {
  const { keys, token, label, share } = claim;
  return { keys, token, label, share, fence, ttlMs, since };
}

/** Returns what gives a lease back. @internal */
export function returned({ claim, fence, ttlMs }: Lease): Returned {
  const { keys, token, label, firstMs, share } = claim;
  return { keys, token, label, ttlMs, firstMs, share, fence };
}
