import { Injectable, type ExecutionContext } from '@nestjs/common';
import { toError } from '../../common/errors.js';
import { SuiteEvents } from '../../common/events.js';
import type { AfterCall } from './bound-rules.js';
import type { LimitCall } from '../policies/limit-plan.js';
import { Limiter } from '../decisions/limiter.js';
import type { CallEnd } from './open-call.js';
import { MAX_LIMIT } from '../policies/rate-limit-policy.options.js';
import { RateLimitKeyError } from '../rate-limit.errors.js';
import type { Verdict } from '../decisions/verdict.js';

/** Is a call that was counted, and how. @internal */
export interface CountedCall {
  readonly call: LimitCall;
  readonly verdict: Verdict;
}

/**
 * Makes up, once calls have ended, for the difference between what they took before and what they have consumed.
 *
 * @internal
 */
@Injectable()
export class Settlement {
  constructor(
    private readonly limiter: Limiter,
    private readonly events: SuiteEvents,
  ) {}

  /** Makes up for one call. What goes wrong is told by an event: nobody waits for it. */
  async settle(
    { call, verdict }: CountedCall,
    after: AfterCall,
    end: CallEnd & { readonly context: ExecutionContext },
  ): Promise<void> {
    if (end.how === 'unknown' || !verdict.outcomes.every(({ allowed }) => allowed)) return;
    try {
      const difference = (await consumed(call.cost, after, end)) - call.cost;
      if (difference !== 0) await this.limiter.makeUp(call, difference, verdict.degraded);
    } catch (error) {
      const policy = verdict.decision.policy;
      this.events.emit('suite:error', { where: `settling rate limit '${policy}'`, error: toError(error) });
    }
  }
}

async function consumed(
  cost: number,
  { count, costAfter }: AfterCall,
  { how, outcome, context }: CallEnd & { readonly context: ExecutionContext },
): Promise<number> {
  if (how === 'refused') return 0;
  if (count !== 'all' && outcome.failed !== (count === 'failures')) return 0;
  if (costAfter === undefined) return cost;
  const after: unknown = await costAfter(context, outcome);
  if (Number.isSafeInteger(after) && (after as number) >= 0 && (after as number) <= MAX_LIMIT)
    return after as number;
  throw new RateLimitKeyError(`The costAfter of a call must be a whole number from 0 to ${MAX_LIMIT}.`);
}
