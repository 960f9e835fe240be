import type { WindowOutcome } from '../policies/limit-plan.js';
import type { RateLimitDecision } from '../rate-limit-decision.js';
import { RateLimitExceededError, RateLimitUnavailableError } from '../rate-limit.errors.js';

/** Is what all windows of a call say together. @internal */
export interface Verdict {
  readonly allowed: boolean;
  readonly degraded: boolean;
  /** Is true when the call is refused only because Redis is away and a policy says `onRedisDown: 'deny'`. */
  readonly unavailable: boolean;
  /** Holds one outcome for each window, the tightest first. */
  readonly outcomes: readonly WindowOutcome[];
  /** Is that of the tightest window. */
  readonly decision: RateLimitDecision;
}

/** Says how the outcomes came about. @internal */
export interface VerdictOrigin {
  readonly degraded: boolean;
  readonly unavailable: boolean;
}

/** Is the origin of what Redis decided. @internal */
export const BY_REDIS: VerdictOrigin = { degraded: false, unavailable: false };

/** Draws the conclusion from the windows of a call, of which there is one at least. @internal */
export function verdictOf(
  outcomes: readonly WindowOutcome[],
  { degraded, unavailable }: VerdictOrigin,
): Verdict {
  const sorted = tightestFirst(outcomes);
  const { policy, allowed, remaining, resetMs, retryAfterMs } = sorted[0] as WindowOutcome;
  const { name, limit } = policy;
  const decision = { allowed, policy: name, limit, remaining, resetMs, retryAfterMs, degraded };
  return { allowed, degraded, unavailable, outcomes: sorted, decision };
}

/** Sorts refusals before the rest, the longest wait first, then by what is left. @internal */
export function tightestFirst(outcomes: readonly WindowOutcome[]): readonly WindowOutcome[] {
  if (outcomes.length < 2) return outcomes;
  return outcomes.toSorted((a, b) => {
    return (
      Number(a.allowed) - Number(b.allowed) ||
      b.retryAfterMs - a.retryAfterMs ||
      a.remaining - b.remaining ||
      b.resetMs - a.resetMs
    );
  });
}

/** Names the policies that refuse, as clients are shown them. @internal */
export function violatedBy(outcomes: readonly WindowOutcome[]): readonly string[] {
  return outcomes.filter(({ allowed }) => !allowed).map(({ policy }) => policy.publicName);
}

/**
 * Returns the decision of a verdict that allows.
 *
 * @throws {RateLimitExceededError} when the call exceeds a limit.
 * @throws {RateLimitUnavailableError} when a limit cannot be checked.
 * @internal
 */
export function decisionOrThrow(verdict: Verdict): RateLimitDecision {
  const error = excessOf(verdict);
  if (error !== null) throw error;
  return verdict.decision;
}

/** Returns the error of a verdict; null when it allows. @internal */
export function excessOf({ allowed, unavailable, decision, outcomes }: Verdict): Error | null {
  if (allowed) return null;
  if (unavailable) return new RateLimitUnavailableError(decision.policy, decision.retryAfterMs);
  const error = new RateLimitExceededError(decision, violatedBy(outcomes));
  excesses.set(error, outcomes);
  return error;
}

const excesses = new WeakMap<object, readonly WindowOutcome[]>();

/** Returns how the windows of a call stood that an error refuses, the tightest first; none for an error not made here. @internal */
export function outcomesOf(error: object): readonly WindowOutcome[] {
  return excesses.get(error) ?? [];
}
