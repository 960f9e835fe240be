import { Injectable, type ExecutionContext } from '@nestjs/common';
import type { BoundRule } from './bound-rules.js';
import { CallCounter } from './call-counter.js';
import type { AtEnd, OpenCall } from './open-call.js';
import type { PermitPolicy } from './permit-policy.js';
import { Permits } from './permits.js';
import type { RateLimitKey } from './rate-limit-use.options.js';
import { Settlement } from './settlement.js';
import type { Verdict } from './verdict.js';

/** Is a call to which a rule applies. @internal */
export interface LimitedCall {
  readonly context: ExecutionContext;
  /** Opens the call for what is to be done before its handler or at its end. */
  readonly open: () => OpenCall;
  /** Tells the caller of a verdict, and throws if it refuses. */
  readonly answer: (verdict: Verdict) => unknown;
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

  /** Applies one rule for the subject that `key` finds. @throws what refuses the call. */
  async run(rule: BoundRule, key: RateLimitKey, call: LimitedCall): Promise<void> {
    if (rule.permit === null) await this.#count(rule, key, call);
    else await this.#permit(rule.permit, key, call);
  }

  async #count(rule: BoundRule, key: RateLimitKey, { context, open, answer }: LimitedCall): Promise<void> {
    const counted = await this.counter.count(rule, key, context);
    if (counted === null) return;
    const { after } = rule;
    if (after !== null) {
      const settle: AtEnd = (end) => this.settlement.settle(counted, after, { ...end, context });
      // What is given back before the answer goes out is there for the client's next call.
      if (after.costAfter === undefined) await open().afterHandler(settle);
      else await open().atEnd(settle);
    }
    if (!rule.shadow) await answer(counted.verdict);
  }

  async #permit(
    policy: PermitPolicy,
    key: RateLimitKey,
    { context, open, answer }: LimitedCall,
  ): Promise<void> {
    const permitKey = await this.counter.permitKey(policy, key, context);
    if (permitKey === null) return;
    const call = open();
    await call.before(async () => {
      const { verdict, release } = await this.permits.take(policy, permitKey);
      await call.atEnd(release);
      if (!policy.shadow) await answer(verdict);
    });
  }
}
