import { Injectable } from '@nestjs/common';
import { planOf, type LimitPlan } from './limit-plan.js';
import type { RateLimitEntry } from './rate-limit-entry.js';
import { RateLimitPolicies } from './rate-limit-policies.js';
import type { RateLimitCost, RateLimitKey } from './rate-limit.options.js';
import type { ResolvedRule } from './rate-limit-policy.js';

/** Is policies that count one subject, all or none of them, bound to the policies of an application. @internal */
export interface BoundRule {
  /** Is undefined where none was given. */
  readonly key: RateLimitKey | undefined;
  readonly cost: RateLimitCost;
  readonly plan: LimitPlan;
}

/**
 * Binds what decorators say to the policies of this application.
 *
 * @internal
 */
@Injectable()
export class BoundRules {
  /** Is the rule for every handler; undefined for none. */
  readonly default: BoundRule | undefined;
  readonly #bound = new WeakMap<RateLimitEntry, readonly BoundRule[]>();

  constructor(private readonly policies: RateLimitPolicies) {
    const rule = policies.default;
    this.default = rule && { key: rule.key, cost: rule.cost, plan: planOf([rule.policy]) };
  }

  /** Returns the rules of a decorator: one for each key and cost. @throws {UnknownRateLimitPolicyError} for a name unknown. */
  of(entry: RateLimitEntry): readonly BoundRule[] {
    const known = this.#bound.get(entry) ?? this.#bind(entry);
    this.#bound.set(entry, known);
    return known;
  }

  #bind(entry: RateLimitEntry): readonly BoundRule[] {
    const groups: { key: RateLimitKey | undefined; cost: RateLimitCost; rules: ResolvedRule[] }[] = [];
    for (const ref of entry.rules) {
      const rule = typeof ref === 'string' ? this.policies.rule(ref) : ref;
      const [key, cost] = [entry.key ?? rule.key, entry.cost ?? rule.cost];
      const group = groups.find((other) => other.key === key && other.cost === cost);
      if (group === undefined) groups.push({ key, cost, rules: [rule] });
      else group.rules.push(rule);
    }
    return groups.map(({ key, cost, rules }) => ({
      key,
      cost,
      plan: planOf(rules.map(({ policy }) => policy)),
    }));
  }
}
