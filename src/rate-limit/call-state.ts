import type { ExecutionContext } from '@nestjs/common';
import type { WindowOutcome } from './limit-plan.js';
import type { RateLimitEntry } from './rate-limit-entry.js';
import type { RateLimitKey } from './rate-limit.options.js';

/** Registered, so that the ESM and CommonJS builds share it. */
const STATE = Symbol.for('nestjs-redis-suite:rate-limit-call');

/** Is what the guards of one call know of each other. @internal */
export interface CallState {
  /** Is the decorator that has just brought in the next guard; null when the guard stands for itself. */
  attached: RateLimitEntry | null;
  /** Holds what has been counted. */
  readonly counted: { readonly policy: string; readonly key: RateLimitKey }[];
  /** Holds the outcomes of what has been counted. */
  outcomes: readonly WindowOutcome[];
}

/** Returns the state of a call: Nest makes one execution context a call, for all its guards. @internal */
export function callState(context: ExecutionContext): CallState {
  const holder = context as { [STATE]?: CallState };
  return (holder[STATE] ??= { attached: null, counted: [], outcomes: [] });
}
