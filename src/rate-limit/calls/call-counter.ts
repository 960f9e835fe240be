import { Injectable, type ExecutionContext } from '@nestjs/common';
import { andThen, type MaybePromise } from '../../common/maybe-promise.js';
import type { BoundRule } from './bound-rules.js';
import { LimitCalls } from '../decisions/limit-calls.js';
import { Limiter } from '../decisions/limiter.js';
import type { PermitPolicy } from '../policies/permit-policy.js';
import type { RateLimitKey } from '../policies/rate-limit-use.options.js';
import { SubjectFinder } from '../subjects/subject-finder.js';
import { checkedCost } from '../subjects/subject-keys.js';
import type { CountedCall } from './settlement.js';

/**
 * Counts a call of an application's method against a rule.
 *
 * @internal
 */
@Injectable()
export class CallCounter {
  constructor(
    private readonly limiter: Limiter,
    private readonly calls: LimitCalls,
    private readonly finder: SubjectFinder,
  ) {}

  /**
   * Counts the call for the subject that `key` finds.
   *
   * @returns the call and its verdict; null for a call that costs nothing, and for one that policies in shadow fail to count.
   * @throws {RateLimitCallerError | RateLimitHeaderError} when the client leaves out who it is.
   * @throws {RateLimitKeyError} when there is no subject for another reason, or the cost is none.
   * @throws {RateLimitLimitError} when a function finds no limit.
   */
  count(rule: BoundRule, key: RateLimitKey, context: ExecutionContext): MaybePromise<CountedCall | null> {
    return rule.shadow ? this.#watch(rule, key, context) : this.#count(rule, key, context);
  }

  async #watch(rule: BoundRule, key: RateLimitKey, context: ExecutionContext): Promise<CountedCall | null> {
    try {
      return await this.#count(rule, key, context);
    } catch (error) {
      this.limiter.failedToWatch(rule, error);
      return null;
    }
  }

  /** Is done at once where it can be: most calls have nothing to wait for but Redis, and remembered refusals not even that. */
  #count(rule: BoundRule, key: RateLimitKey, context: ExecutionContext): MaybePromise<CountedCall | null> {
    const cost = typeof rule.cost === 'number' ? rule.cost : Promise.resolve(rule.cost(context));
    return andThen(cost, (due) => {
      if (due === 0) return null;
      const call = andThen(this.finder.find(key, context), (subject) =>
        this.calls.of(rule, { subject, context }, checkedCost(due)),
      );
      return andThen(call, (made) =>
        andThen(this.limiter.decide(made), (verdict) => ({ call: made, verdict })),
      );
    });
  }

  /**
   * Returns the key of the permits of the subject that `key` finds.
   *
   * @returns null for a policy in shadow that finds none.
   * @throws as `count` does when there is no subject.
   */
  async permitKey(
    policy: PermitPolicy,
    key: RateLimitKey,
    context: ExecutionContext,
  ): Promise<string | null> {
    try {
      return this.calls.permitKey(policy, await this.finder.find(key, context));
    } catch (error) {
      if (!policy.shadow) throw error;
      this.limiter.failedToWatch({ policies: [policy] }, error);
      return null;
    }
  }
}
