import { Injectable, type ExecutionContext } from '@nestjs/common';
import { andThen, type MaybePromise } from '../common/maybe-promise.js';
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
  enforce(context: ExecutionContext): MaybePromise<true> {
    const state = callState(context);
    const entry = state.attached;
    state.attached = null;
    const rules = entry === null ? this.rules.early(context) : this.rules.attached(entry, context);
    return rules.reduce<MaybePromise<true>>(
      (before, rule) => andThen(before, () => this.#apply(rule, context, state)),
      true,
    );
  }

  #apply(rule: BoundRule, context: ExecutionContext, state: CallState): MaybePromise<true> {
    const key = rule.key ?? 'ip';
    const due = uncounted(rule, key, state);
    if (due === null) return true;
    for (const { name } of due.policies) state.counted.push({ policy: name, key });
    const conclude = (refusal: unknown) => (refusal === null ? true : refuse(context, refusal));
    const fault = (error: unknown) =>
      andThen(this.answers.fault(context, error), (refusal) => refuse(context, refusal));
    try {
      const refusal = this.runner.run(due, key, {
        context,
        open: () => openCall(context),
        answer: (verdict) => this.answers.give(context, verdict),
      });
      return refusal instanceof Promise ? refusal.then(conclude, fault) : conclude(refusal);
    } catch (error) {
      return fault(error);
    }
  }
}

/** Rejects, once everybody knows who has to; a throw through all who called would cost several times as much. */
function refuse(context: ExecutionContext, refusal: unknown): Promise<never> {
  const known = Promise.resolve(openCallOf(context)?.refused());
  return new Promise((_, reject) => void known.then(() => reject(refusal as Error), reject));
}

/** Leaves out the policies that have counted this call before; null when none is left. */
function uncounted(rule: BoundRule, key: RateLimitKey, { counted }: CallState): BoundRule | null {
  if (counted.length === 0) return rule;
  return narrowed(
    rule,
    (name) => !counted.some(({ policy, key: other }) => policy === name && isSameKey(other, key)),
  );
}
