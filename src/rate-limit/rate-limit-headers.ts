import type { WindowOutcome } from './limit-plan.js';

/** Is a header's name and value. @internal */
export type Header = readonly [name: string, value: string];

/**
 * Writes the header fields for an answer, from outcomes sorted by `tightestFirst`. Times are whole seconds, rounded up.
 *
 * `RateLimit-Policy` and `RateLimit` are structured fields: lists of strings (the policies' names) with parameters: the
 * quota `q` and its window `w`, what remains `r` and the time `t` until it is whole again. A window below a second has
 * no `w`.
 *
 * @see https://datatracker.ietf.org/doc/html/draft-ietf-httpapi-ratelimit-headers-11
 * @internal
 */
export function rateLimitHeaders(
  outcomes: readonly WindowOutcome[],
  { legacy }: { legacy: boolean },
): Header[] {
  const headers: Header[] = [
    ['RateLimit-Policy', outcomes.map(policyItem).join(', ')],
    ['RateLimit', outcomes.map(stateItem).join(', ')],
  ];
  const [tightest] = outcomes;
  if (tightest === undefined) return [];
  if (legacy) headers.push(...legacyHeaders(tightest));
  if (!tightest.allowed) headers.push(['Retry-After', String(Math.max(1, seconds(tightest.retryAfterMs)))]);
  return headers;
}

function policyItem({ policy: { publicName, limit, windowMs } }: WindowOutcome): string {
  return `"${publicName}";q=${limit}${windowMs < 1_000 ? '' : `;w=${seconds(windowMs)}`}`;
}

function stateItem({ policy: { publicName }, remaining, resetMs }: WindowOutcome): string {
  return `"${publicName}";r=${remaining};t=${seconds(resetMs)}`;
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
