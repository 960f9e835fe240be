import type { WindowOutcome } from '../policies/limit-plan.js';
import { isPermitPolicy } from '../policies/permit-policy.js';
import type { ResolvedPolicy } from '../policies/rate-limit-policy.js';

/** Is a header's name and value. @internal */
export type Header = readonly [name: string, value: string];

/**
 * Writes the header fields for an answer, from outcomes sorted by `tightestFirst`. Times are whole seconds, rounded up.
 *
 * `RateLimit-Policy` and `RateLimit` are structured fields: lists of strings (the policies' names) with parameters: the
 * quota `q` and its window `w`, what remains `r` and the time `t` until it is whole again. A window below a second has
 * no `w`; calls in flight have the quota unit `qu`, and nobody knows when they end.
 *
 * @see https://datatracker.ietf.org/doc/html/draft-ietf-httpapi-ratelimit-headers-11
 * @internal
 */
export function rateLimitHeaders(
  outcomes: readonly WindowOutcome[],
  { legacy }: { legacy: boolean },
): Header[] {
  const [tightest] = outcomes;
  if (tightest === undefined) return [];
  const headers: Header[] = [
    ['RateLimit-Policy', listOf(outcomes, policyItem)],
    ['RateLimit', listOf(outcomes, stateItem)],
  ];
  if (legacy) headers.push(...legacyHeaders(tightest));
  if (!tightest.allowed) headers.push(['Retry-After', String(Math.max(1, seconds(tightest.retryAfterMs)))]);
  return headers;
}

function listOf(outcomes: readonly WindowOutcome[], itemOf: (outcome: WindowOutcome) => string): string {
  const [only] = outcomes;
  return outcomes.length === 1 && only !== undefined ? itemOf(only) : outcomes.map(itemOf).join(', ');
}

/** Keeps what is the same on every answer. */
const policyItems = new WeakMap<ResolvedPolicy, string>();

function policyItem({ policy }: WindowOutcome): string {
  const known = policyItems.get(policy);
  if (known !== undefined) return known;
  const { publicName, limit, windowMs } = policy;
  const terms = isPermitPolicy(policy) ? ';qu="concurrent-requests"' : '';
  const item = `"${publicName}";q=${limit}${terms}${windowMs < 1_000 ? '' : `;w=${seconds(windowMs)}`}`;
  policyItems.set(policy, item);
  return item;
}

function stateItem({ policy, remaining, resetMs }: WindowOutcome): string {
  return `"${policy.publicName}";r=${remaining}${isPermitPolicy(policy) ? '' : `;t=${seconds(resetMs)}`}`;
}

function legacyHeaders({ policy: { limit }, remaining, resetMs }: WindowOutcome): Header[] {
  return [
    ['X-RateLimit-Limit', String(limit)],
    ['X-RateLimit-Remaining', String(remaining)],
    ['X-RateLimit-Reset', String(seconds(resetMs))],
  ];
}

function seconds(ms: number): number {
  return Math.ceil(ms / 1_000);
}
