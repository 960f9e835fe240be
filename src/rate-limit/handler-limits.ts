import { Inject, Injectable, type ExecutionContext } from '@nestjs/common';
import type { BoundRule } from './bound-rules.js';
import { CallCounter } from './call-counter.js';
import { callState, type CallState } from './call-state.js';
import { HandlerRules } from './handler-rules.js';
import { planOf } from './limit-plan.js';
import { rateLimitHeaders } from './rate-limit-headers.js';
import { RATE_LIMIT_MODULE_OPTIONS } from './rate-limit.constants.js';
import type { RateLimitKey, ResolvedRateLimitOptions } from './rate-limit.options.js';
import { refusalOf } from './refusal.js';
import { responseOf, setHeader } from './request-of.js';
import { tightestFirst, type Verdict } from './verdict.js';

/**
 * Counts calls of handlers, tells the client how it stands, and refuses what exceeds a limit.
 *
 * @internal
 */
@Injectable()
export class HandlerLimits {
  constructor(
    private readonly rules: HandlerRules,
    private readonly counter: CallCounter,
    @Inject(RATE_LIMIT_MODULE_OPTIONS) private readonly options: ResolvedRateLimitOptions,
  ) {}

  /** Counts a call once for each policy, however many guards come by. @throws the context's own exception to refuse it. */
  async enforce(context: ExecutionContext): Promise<void> {
    const state = callState(context);
    const entry = state.attached;
    state.attached = null;
    const rules = entry === null ? this.rules.early(context) : this.rules.attached(entry, context);
    for (const rule of rules) {
      const key = rule.key ?? 'ip';
      const due = uncounted(rule, key, state);
      if (due !== null) await this.#apply(due, key, context);
    }
  }

  async #apply(rule: BoundRule, key: RateLimitKey, context: ExecutionContext): Promise<void> {
    const state = callState(context);
    const verdict = await this.counter.count(rule, key, context);
    state.counted.push(...rule.plan.windows.map(({ policy }) => ({ policy: policy.name, key })));
    if (verdict === null) return;
    state.outcomes = tightestFirst([...state.outcomes, ...verdict.outcomes]);
    this.#tell(context, state, verdict);
    if (!verdict.allowed) throw await refusalOf(context, verdict);
  }

  #tell(
    context: ExecutionContext,
    { outcomes }: CallState,
    { allowed, unavailable, decision }: Verdict,
  ): void {
    const response = responseOf(context);
    if (response === undefined) return;
    if (unavailable) setHeader(response, ['Retry-After', String(Math.ceil(decision.retryAfterMs / 1_000))]);
    else {
      for (const header of rateLimitHeaders(outcomes, { legacy: this.options.legacyHeaders })) {
        setHeader(response, header);
      }
    }
    if (!allowed && context.getType() === 'http')
      setHeader(response, ['Content-Type', 'application/problem+json']);
  }
}

/** Leaves out the windows that have counted this call before; null when none is left. */
function uncounted(rule: BoundRule, key: RateLimitKey, { counted }: CallState): BoundRule | null {
  if (counted.length === 0) return rule;
  const { windows } = rule.plan;
  const due = windows.filter(({ policy: { name } }) => {
    return !counted.some((other) => other.policy === name && other.key === key);
  });
  if (due.length === windows.length) return rule;
  return due.length === 0 ? null : { ...rule, plan: planOf(due.map(({ policy }) => policy)) };
}
