import { Injectable, type ExecutionContext } from '@nestjs/common';
import { andThen, type MaybePromise } from '../../common/maybe-promise.js';
import type { AfterCall, BoundRule } from './bound-rules.js';
import { CallCounter } from './call-counter.js';
import type { AtEnd, OpenCall } from './open-call.js';
import type { PermitPolicy } from '../policies/permit-policy.js';
import { Permits } from '../permits/permits.js';
import type { RateLimitKey } from '../policies/rate-limit-use.options.js';
import { Settlement, type CountedCall } from './settlement.js';
import type { Verdict } from '../decisions/verdict.js';

/** Is a call to which a rule applies. @internal */
export interface LimitedCall {
  readonly context: ExecutionContext;
  /** Opens the call for what is to be done before its handler or at its end. */
  open(): OpenCall;
  /** Tells the caller of a verdict; returns what refuses the call, or null. To throw it here would cost more. */
  answer(verdict: Verdict): MaybePromise<Error | null>;
}

/**
 * Applies rules to calls of handlers and service methods.
 *
 * @internal
 */
@Injectable()
export class RuleRunner {
  constructor(
    private readonly counter: CallCounter,
    private readonly settlement: Settlement,
    private readonly permits: Permits,
  ) {}

  /** Applies one rule for the subject that `key` finds. @returns what refuses the call, or null. */
  run(rule: BoundRule, key: RateLimitKey, call: LimitedCall): MaybePromise<Error | null> {
    return rule.permit === null ? this.#count(rule, key, call) : this.#permit(rule.permit, key, call);
  }

  #count(rule: BoundRule, key: RateLimitKey, call: LimitedCall): MaybePromise<Error | null> {
    return andThen(this.counter.count(rule, key, call.context), (counted) => {
      if (counted === null) return null;
      const settled = rule.after === null ? undefined : this.#settleLater(counted, rule.after, call);
      return andThen(settled, () => (rule.shadow ? null : call.answer(counted.verdict)));
    });
  }

  async #settleLater(counted: CountedCall, after: AfterCall, call: LimitedCall): Promise<void> {
    const { context } = call;
    const settle: AtEnd = (end) => this.settlement.settle(counted, after, { ...end, context });
    // What is given back before the answer goes out is there for the client's next call.
    if (after.costAfter === undefined) await call.open().afterHandler(settle);
    else await call.open().atEnd(settle);
  }

  async #permit(policy: PermitPolicy, key: RateLimitKey, call: LimitedCall): Promise<null> {
    const permitKey = await this.counter.permitKey(policy, key, call.context);
    if (permitKey === null) return null;
    const open = call.open();
    await open.before(async () => {
      const { verdict, release } = await this.permits.take(policy, permitKey);
      await open.atEnd(release);
      const refusal = policy.shadow ? null : await call.answer(verdict);
      if (refusal !== null) throw refusal;
    });
    return null;
  }
}
