import { Inject, Injectable, type ExecutionContext } from '@nestjs/common';
import type { BoundRule } from './bound-rules.js';
import { CallCounter } from './call-counter.js';
import { addOutcomes, callState, type CallState } from './call-state.js';
import { HandlerRules } from './handler-rules.js';
import { planOf } from './limit-plan.js';
import { rateLimitHeaders, type Header } from './rate-limit-headers.js';
import { RATE_LIMIT_MODULE_OPTIONS } from './rate-limit.constants.js';
import type { RateLimitKey, ResolvedRateLimitOptions } from './rate-limit.options.js';
import { refusalOf } from './refusal.js';
import { responseOf, setHeader } from './request-of.js';
import type { Verdict } from './verdict.js';

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
    this.#tell(context, verdict);
    if (!verdict.allowed) throw await refusalOf(context, verdict);
  }

  #tell(context: ExecutionContext, { allowed, unavailable, decision, outcomes }: Verdict): void {
    const response = responseOf(context);
    if (response === undefined) return;
    const told = addOutcomes(context, outcomes);
    const headers: Header[] = unavailable
      ? [['Retry-After', String(Math.ceil(decision.retryAfterMs / 1_000))]]
      : rateLimitHeaders(told, { legacy: this.options.legacyHeaders });
    if (!allowed && context.getType() === 'http') headers.push(['Content-Type', 'application/problem+json']);
    for (const header of headers) setHeader(response, header);
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
