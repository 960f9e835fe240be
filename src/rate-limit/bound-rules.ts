import { Injectable } from '@nestjs/common';
import { groupOf, groupsOf, type PolicyGroup } from './policy-group.js';
import type { RateLimitEntry } from './rate-limit-entry.js';
import { RateLimitPolicies } from './rate-limit-policies.js';
import type { RateLimitCost, RateLimitKey } from './rate-limit-use.options.js';
import { keyedBy, type PolicySource } from './rate-limit-policy.js';
import { isSameKey } from './subject-kind.js';

/** Is policies that count one subject, all or none of them, bound to the policies of an application. @internal */
export interface BoundRule extends PolicyGroup {
  /** Is undefined where none was given. */
  readonly key: RateLimitKey | undefined;
  readonly cost: RateLimitCost;
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
    this.default = rule && { key: rule.key, cost: rule.cost, ...groupOf([rule.policy]) };
  }

  /** Returns the rules of a decorator: one for each key and cost. @throws {UnknownRateLimitPolicyError} for a name unknown. */
  of(entry: RateLimitEntry): readonly BoundRule[] {
    const known = this.#bound.get(entry) ?? this.#bind(entry);
    this.#bound.set(entry, known);
    return known;
  }

  #bind(entry: RateLimitEntry): readonly BoundRule[] {
    const groups: { key: RateLimitKey | undefined; cost: RateLimitCost; policies: PolicySource[] }[] = [];
    for (const ref of entry.rules) {
      const rule = typeof ref === 'string' ? this.policies.rule(ref) : ref;
      const [key, cost] = [entry.key ?? rule.key, entry.cost ?? rule.cost];
      const policy = keyedBy(rule.policy, key);
      const group = groups.find((other) => isSameKey(other.key, key) && other.cost === cost);
      if (group === undefined) groups.push({ key, cost, policies: [policy] });
      else group.policies.push(policy);
    }
    return groups.flatMap(({ key, cost, policies }) =>
      groupsOf(policies).flatMap((group) => (group === undefined ? [] : { key, cost, ...group })),
    );
  }
}
