import { Injectable, type ExecutionContext } from '@nestjs/common';
import type { BoundRule } from './bound-rules.js';
import { Limiter } from './limiter.js';
import type { RateLimitKey } from './rate-limit.options.js';
import { SubjectFinder } from './subject-finder.js';
import { checkedCost, SubjectKeys } from './subject-keys.js';
import type { Verdict } from './verdict.js';

/**
 * Counts a call of an application's method against a rule.
 *
 * @internal
 */
@Injectable()
export class CallCounter {
  constructor(
    private readonly limiter: Limiter,
    private readonly subjects: SubjectKeys,
    private readonly finder: SubjectFinder,
  ) {}

  /**
   * Counts the call for the subject that `key` finds.
   *
   * @returns the verdict; null for a call that costs nothing.
   * @throws {RateLimitKeyError} when there is no subject, or the cost is none.
   */
  async count(rule: BoundRule, key: RateLimitKey, context: ExecutionContext): Promise<Verdict | null> {
    const cost = typeof rule.cost === 'number' ? rule.cost : await rule.cost(context);
    if (cost === 0) return null;
    const found = this.finder.find(key, context);
    const subject = typeof found === 'string' ? found : await found;
    return this.limiter.decide(this.subjects.call(rule.plan, subject, checkedCost(cost)));
  }
}
