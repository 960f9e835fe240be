import type { ExecutionContext } from '@nestjs/common';
import type { WindowOutcome } from '../policies/limit-plan.js';
import type { RateLimitEntry } from '../policies/rate-limit-entry.js';
import type { RateLimitKey } from '../policies/rate-limit-use.options.js';
import { tightestFirst } from '../decisions/verdict.js';

/** Registered, so that the ESM and CommonJS builds share them. */
const STATE = Symbol.for('nestjs-redis-suite:rate-limit-call');
const OUTCOMES = Symbol.for('nestjs-redis-suite:rate-limit-outcomes');

/** Is what the guards of one call know of each other. @internal */
export interface CallState {
  /** Is the decorator that has just brought in the next guard; null when the guard stands for itself. */
  attached: RateLimitEntry | null;
  /** Holds what has been counted. */
  readonly counted: { readonly policy: string; readonly key: RateLimitKey }[];
}

/** Returns the state of a call: Nest makes one execution context a call, for all its guards. @internal */
export function callState(context: ExecutionContext): CallState {
  const holder = context as { [STATE]?: CallState };
  return (holder[STATE] ??= { attached: null, counted: [] });
}

/**
 * Adds outcomes to those that the answer of this call tells, and returns them all, the tightest first. In GraphQL
 * several calls share an answer; of one policy it tells the last outcome.
 *
 * @internal
 */
export function addOutcomes(
  context: ExecutionContext,
  outcomes: readonly WindowOutcome[],
): readonly WindowOutcome[] {
  const operation =
    context.getType<string>() === 'graphql' ? context.getArgByIndex<object | undefined>(2) : undefined;
  const holder = (operation ?? context) as { [OUTCOMES]?: readonly WindowOutcome[] };
  const known = holder[OUTCOMES];
  if (known === undefined) return (holder[OUTCOMES] = outcomes);
  const names = outcomes.map(({ policy }) => policy.name);
  const others = known.filter(({ policy }) => !names.includes(policy.name));
  return (holder[OUTCOMES] = tightestFirst([...others, ...outcomes]));
}
