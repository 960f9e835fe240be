import { Injectable, type ExecutionContext } from '@nestjs/common';
import type { BoundRule } from './bound-rules.js';
import { callState, type CallState } from './call-state.js';
import { HandlerRules } from './handler-rules.js';
import { LimitAnswers } from './limit-answers.js';
import { openCall, openCallOf } from './open-call.js';
import { narrowed } from './policy-group.js';
import type { RateLimitKey } from './rate-limit-use.options.js';
import { RuleRunner } from './rule-runner.js';
import { isSameKey } from './subject-kind.js';

/**
 * Counts calls of handlers, tells the client how it stands, and refuses what exceeds a limit.
 *
 * @internal
 */
@Injectable()
export class HandlerLimits {
  constructor(
    private readonly rules: HandlerRules,
    private readonly runner: RuleRunner,
    private readonly answers: LimitAnswers,
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
    callState(context).counted.push(...rule.policies.map(({ name }) => ({ policy: name, key })));
    try {
      await this.runner.run(rule, key, {
        context,
        open: () => openCall(context),
        answer: (verdict) => this.answers.give(context, verdict),
      });
    } catch (error) {
      await openCallOf(context)?.refused();
      throw await this.answers.fault(context, error);
    }
  }
}

/** Leaves out the policies that have counted this call before; null when none is left. */
function uncounted(rule: BoundRule, key: RateLimitKey, { counted }: CallState): BoundRule | null {
  if (counted.length === 0) return rule;
  return narrowed(
    rule,
    (name) => !counted.some(({ policy, key: other }) => policy === name && isSameKey(other, key)),
  );
}
