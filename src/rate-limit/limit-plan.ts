import type { RedisArgument } from '../connection/lua-script.js';
import type { Algorithm, WindowShape } from './algorithms/algorithm.js';
import { ALGORITHMS } from './algorithms/algorithms.js';
import type { ResolvedPolicy } from './rate-limit-policy.js';

/** Is one window of a plan. @internal */
export interface PlannedWindow {
  readonly policy: ResolvedPolicy;
  readonly algorithm: Algorithm;
  readonly shape: WindowShape;
}

/** Is the windows that a call must pass together: all of them count it, or none does. Made once for many calls. @internal */
export interface LimitPlan {
  readonly windows: readonly PlannedWindow[];
  /** Is true when they only watch. */
  readonly shadow: boolean;
  /** Describes the windows to the script. */
  readonly wire: readonly RedisArgument[];
}

/** Is one window of one subject. @internal */
export interface KeyedWindow extends PlannedWindow {
  readonly key: string;
}

/** Is one call on the way to a decision. @internal */
export interface LimitCall {
  readonly plan: LimitPlan;
  /** Is the plan's windows with their keys, all in one Cluster slot. */
  readonly windows: readonly KeyedWindow[];
  /** Is what the call consumes; 0 asks about 1 without counting, below 0 gives back. */
  readonly cost: number;
}

/** Is what one window says to a call. @internal */
export interface WindowOutcome {
  readonly policy: ResolvedPolicy;
  readonly allowed: boolean;
  readonly remaining: number;
  readonly resetMs: number;
  readonly retryAfterMs: number;
}

/** Makes the plan for some windows. @internal */
export function planOf(policies: readonly ResolvedPolicy[]): LimitPlan {
  const windows = policies.map((policy) => {
    const algorithm = ALGORITHMS[policy.algorithm];
    return { policy, algorithm, shape: algorithm.shape(policy) };
  });
  const wire = windows.flatMap(({ policy, algorithm: { letter }, shape }, i) => {
    const { limit, length, grain, burst } = shape;
    return [letter, limit, length, grain, burst, policy.blockMs * 1_000, windows.length - i];
  });
  return { windows, shadow: policies.every(({ shadow }) => shadow), wire };
}
