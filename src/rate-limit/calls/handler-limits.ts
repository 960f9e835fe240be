import { Injectable, type ExecutionContext } from '@nestjs/common';
import { andThen, type MaybePromise } from '../../common/maybe-promise.js';
import type { BoundRule } from './bound-rules.js';
import { callState, type CallState } from './call-state.js';
import { HandlerRules } from './handler-rules.js';
import { LimitAnswers } from '../answers/limit-answers.js';
import { openCall, openCallOf, type OpenCall } from './open-call.js';
import { narrowed } from '../policies/policy-group.js';
import type { RateLimitKey } from '../policies/rate-limit-use.options.js';
import { RuleRunner, type LimitedCall } from './rule-runner.js';
import { isSameKey } from '../subjects/subject-kind.js';
import type { Verdict } from '../decisions/verdict.js';

/** Is what a call is refused with. @internal */
export interface Refusal {
  readonly thrown: unknown;
}

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

  /** Counts a call once for each policy, however many guards come by. @returns what refuses it; null when nothing does. */
  enforce(context: ExecutionContext): MaybePromise<Refusal | null> {
    const state = callState(context);
    const entry = state.attached;
    state.attached = null;
    const rules = entry === null ? this.rules.early(context) : this.rules.attached(entry, context);
    return this.#enforce(rules, new HandlerCall(context, state, this.answers));
  }

  #enforce(rules: readonly BoundRule[], call: HandlerCall): MaybePromise<Refusal | null> {
    for (let i = 0; i < rules.length; i++) {
      const refusal = this.#apply(rules[i] as BoundRule, call);
      if (refusal instanceof Promise) {
        const rest = rules.slice(i + 1);
        return rest.length === 0 ? refusal : refusal.then((known) => known ?? this.#enforce(rest, call));
      }
      if (refusal !== null) return refusal;
    }
    return null;
  }

  #apply(rule: BoundRule, call: HandlerCall): MaybePromise<Refusal | null> {
    const key = rule.key ?? 'ip';
    const due = uncounted(rule, key, call.state);
    if (due === null) return null;
    for (const { name } of due.policies) call.state.counted.push({ policy: name, key });
    try {
      const error = this.runner.run(due, key, call);
      return error instanceof Promise
        ? error.then(
            (known) => call.refusal(known),
            (fault: unknown) => call.fault(fault),
          )
        : call.refusal(error);
    } catch (fault) {
      return call.fault(fault);
    }
  }
}

/** Is a call of a handler. */
class HandlerCall implements LimitedCall {
  constructor(
    readonly context: ExecutionContext,
    readonly state: CallState,
    private readonly answers: LimitAnswers,
  ) {}

  open(): OpenCall {
    return openCall(this.context);
  }

  answer(verdict: Verdict): MaybePromise<Error | null> {
    return this.answers.give(this.context, verdict);
  }

  /** Makes a refusal of what was thrown in place of a verdict. */
  fault(error: unknown): MaybePromise<Refusal | null> {
    return andThen(this.answers.fault(this.context, error), (thrown) => this.#refused({ thrown }));
  }

  /** Makes a refusal of an error; null for none. */
  refusal(error: Error | null): MaybePromise<Refusal | null> {
    return error === null ? null : this.#refused({ thrown: error });
  }

  /** Answers once everybody knows who has to. */
  #refused(refusal: Refusal): MaybePromise<Refusal> {
    const open = openCallOf(this.context);
    return open === undefined ? refusal : open.refused().then(() => refusal);
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
