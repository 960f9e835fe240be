import type { LuaScript } from '../../connection/lua-script.js';
import type { ResolvedPolicy } from '../policies/rate-limit-policy.js';

/** Is one window as the algorithms see it: times in microseconds. @internal */
export interface WindowShape {
  readonly limit: number;
  readonly length: number;
  /** Is how far apart calls are told apart; 0 keeps each on its own. */
  readonly grain: number;
  /** Is what may be consumed at once: the limit where the algorithm knows no burst. */
  readonly burst: number;
}

/** Is what an algorithm finds for one call. @internal */
export interface Trial<S> {
  readonly allowed: boolean;
  /** Is what to keep when the call counts; null when nothing is left to keep. */
  readonly state: S | null;
  /** Is what could be consumed after this call. */
  readonly remaining: number;
  /** Is the time until the whole limit is there again, in microseconds. */
  readonly reset: number;
  /** Is the time until the same call would be allowed, in microseconds; 0 if it is. */
  readonly retry: number;
}

/** Is one call that an algorithm decides. @internal */
export interface TrialCall {
  /** Is the present time, in microseconds. */
  readonly now: number;
  /** Is what it consumes; 0 only looks, below 0 gives back. */
  readonly cost: number;
}

/**
 * Is one way of counting, twice: a script for Redis, and the same for this process while Redis is away.
 *
 * Neither keeps anything of its own: state and time come in, a new state comes out.
 *
 * @internal
 */
export interface Algorithm<S = unknown> {
  /** Names it in the keys' values; one letter, never `b`. Algorithms of one letter share script and state. */
  readonly letter: string;
  /** Decides calls of one window each. */
  readonly script: LuaScript;
  /** Is what the scripts take besides the limit and the length; `grain`, which is 0, for nothing. */
  readonly takes: 'grain' | 'burst';
  /** Describes a policy's window. */
  shape(policy: ResolvedPolicy): WindowShape;
  /** Decides one call; `state` is null for a subject not seen before. */
  decide(state: S | null, call: TrialCall, window: WindowShape): Trial<S>;
}
