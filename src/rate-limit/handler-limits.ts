import { Inject, Injectable, type ExecutionContext } from '@nestjs/common';
import type { BoundRule } from './bound-rules.js';
import { CallCounter } from './call-counter.js';
import { addOutcomes, callState, type CallState } from './call-state.js';
import { HandlerRules } from './handler-rules.js';
import { narrowed } from './policy-group.js';
import { rateLimitHeaders, type Header } from './rate-limit-headers.js';
import { RATE_LIMIT_MODULE_OPTIONS } from './rate-limit.constants.js';
import type { RateLimitKey } from './rate-limit-use.options.js';
import type { ResolvedRateLimitOptions } from './rate-limit.options.js';
import { callerRefusalOf, refusalOf } from './refusal.js';
import { responseOf, setHeader, type RateLimitResponse } from './request-of.js';
import { isSameKey } from './subject-kind.js';
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
    const verdict = await this.#count(rule, key, context);
    state.counted.push(...rule.policies.map(({ name }) => ({ policy: name, key })));
    if (verdict === null || verdict.outcomes.length === 0) return;
    this.#tell(context, verdict);
    if (!verdict.allowed) throw await refusalOf(context, verdict);
  }

  async #count(rule: BoundRule, key: RateLimitKey, context: ExecutionContext): Promise<Verdict | null> {
    try {
      return await this.counter.count(rule, key, context);
    } catch (error) {
      const refusal = await callerRefusalOf(context, error);
      if (refusal !== error && context.getType() === 'http') sayProblem(responseOf(context));
      throw refusal;
    }
  }

  #tell(context: ExecutionContext, { allowed, unavailable, decision, outcomes }: Verdict): void {
    const response = responseOf(context);
    if (response === undefined) return;
    const told = addOutcomes(context, outcomes);
    const headers: Header[] = unavailable
      ? [['Retry-After', String(Math.ceil(decision.retryAfterMs / 1_000))]]
      : rateLimitHeaders(told, { legacy: this.options.legacyHeaders });
    for (const header of headers) setHeader(response, header);
    if (!allowed && context.getType() === 'http') sayProblem(response);
  }
}

function sayProblem(response: RateLimitResponse | undefined): void {
  if (response !== undefined) setHeader(response, ['Content-Type', 'application/problem+json']);
}

/** Leaves out the policies that have counted this call before; null when none is left. */
function uncounted(rule: BoundRule, key: RateLimitKey, { counted }: CallState): BoundRule | null {
  if (counted.length === 0) return rule;
  return narrowed(
    rule,
    (name) => !counted.some(({ policy, key: other }) => policy === name && isSameKey(other, key)),
  );
}
