import type { LuaScript, RedisArgument } from '../../connection/lua-script.js';
import type { Algorithm, WindowShape } from '../algorithms/algorithm.js';
import { ALGORITHMS } from '../algorithms/algorithms.js';
import { CONSUME_WINDOWS_N } from '../lua/generated.js';
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
  /** Decides such calls: the algorithm's own, or, for several windows, the one that knows all algorithms. */
  readonly script: LuaScript;
  /** Describes the windows to the script. */
  readonly wire: readonly RedisArgument[];
  /** Is the same without what the script takes for granted at the end. */
  readonly shortWire: readonly RedisArgument[];
}

/** Is one window of one subject. @internal */
export interface KeyedWindow extends PlannedWindow {
  readonly key: string;
}

/** Is one call on the way to a decision. @internal */
export interface LimitCall {
  readonly plan: LimitPlan;
  readonly subject: string;
  /** Is the subject's HMAC or digest, as its keys hold it. */
  readonly hidden: string;
  /** Holds one key for each of the plan's windows, all in one Cluster slot. */
  readonly keys: readonly string[];
  /** Is what the call consumes; 0 asks about 1 without counting, below 0 gives back. */
  readonly cost: number;
}

/** Returns the windows of a call's plan with their keys. @internal */
export function keyedWindows({ plan, keys }: LimitCall): KeyedWindow[] {
  return plan.windows.map((window, i) => ({ ...window, key: keys[i] ?? '' }));
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
  const shadow = policies.every((policy) => policy.shadow);
  const [only] = windows;
  if (only !== undefined && windows.length === 1) {
    const wire = described(only);
    const used = wire.findLastIndex((argument) => argument !== '0') + 1;
    return { windows, shadow, script: only.algorithm.script, wire, shortWire: wire.slice(0, used) };
  }
  const all = windows.flatMap((window) => [window.algorithm.letter, ...described(window)]);
  const wire = [String(windows.length), ...all];
  return { windows, shadow, script: CONSUME_WINDOWS_N, wire, shortWire: wire };
}

/** Lists what a script takes for a window, as texts, since they are sent again and again. */
function described({ policy, algorithm, shape }: PlannedWindow): string[] {
  const { limit, windowMs, blocksMs, forgiveMs } = policy;
  const block = blocksMs.length < 2 ? (blocksMs[0] ?? 0) : [...blocksMs, forgiveMs].join();
  return [limit, windowMs, shape[algorithm.takes], block].map(String);
}
