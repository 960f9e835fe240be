import { Injectable } from '@nestjs/common';
import { groupOf, groupsOf, type PolicyGroup } from '../policies/policy-group.js';
import type { RateLimitEntry } from '../policies/rate-limit-entry.js';
import { RateLimitPolicies } from '../policies/rate-limit-policies.js';
import type {
  RateLimitCost,
  RateLimitCostAfter,
  RateLimitCount,
  RateLimitKey,
} from '../policies/rate-limit-use.options.js';
import { isPermitPolicy, type PermitPolicy } from '../policies/permit-policy.js';
import type { PolicySource } from '../policies/rate-limit-policy.js';
import { withKey, type ResolvedRule } from '../policies/rate-limit-rule.js';
import { isSameKey } from '../subjects/subject-kind.js';

/** Says what is made up for once a call has ended. @internal */
export interface AfterCall {
  readonly count: RateLimitCount;
  readonly costAfter: RateLimitCostAfter | undefined;
}

/** Is policies that count one subject, all or none of them, bound to the policies of an application. @internal */
export interface BoundRule extends PolicyGroup {
  /** Is undefined where none was given. */
  readonly key: RateLimitKey | undefined;
  readonly cost: RateLimitCost;
  /** Is null where nothing remains to be done. */
  readonly after: AfterCall | null;
  /** Is the one policy if it limits calls in flight; null where calls are counted in windows. */
  readonly permit: PermitPolicy | null;
}

type Terms = Pick<BoundRule, 'key' | 'cost' | 'after'>;

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
    this.default = rule && { ...termsOf(rule), ...groupOf([rule.policy]), permit: null };
  }

  /** Returns the rules of a decorator: one for each key and cost. @throws {UnknownRateLimitPolicyError} for a name unknown. */
  of(entry: RateLimitEntry): readonly BoundRule[] {
    const known = this.#bound.get(entry) ?? this.#bind(entry);
    this.#bound.set(entry, known);
    return known;
  }

  #bind(entry: RateLimitEntry): readonly BoundRule[] {
    const permits: BoundRule[] = [];
    const groups: { terms: Terms; policies: PolicySource[] }[] = [];
    for (const ref of entry.rules) {
      const rule = typeof ref === 'string' ? this.policies.rule(ref) : ref;
      const terms = termsOf(rule, entry);
      const policy = withKey(rule.policy, terms.key);
      const group = groups.find((other) => areSame(other.terms, terms));
      if (isPermitPolicy(policy)) permits.push(permitRule(terms, policy));
      else if (group === undefined) groups.push({ terms, policies: [policy] });
      else group.policies.push(policy);
    }
    const windows = groups.flatMap(({ terms, policies }) =>
      groupsOf(policies).flatMap((group) =>
        group === undefined ? [] : { ...terms, ...group, permit: null },
      ),
    );
    return [...windows, ...permits];
  }
}

function permitRule({ key }: Terms, permit: PermitPolicy): BoundRule {
  return { key, cost: 1, after: null, permit, policies: [permit], shadow: permit.shadow, plan: null };
}

/** What an `@RateLimit` says goes before what its policies say. */
function termsOf(rule: ResolvedRule, entry?: RateLimitEntry): Terms {
  const count = entry?.count ?? rule.count ?? 'all';
  const costAfter = entry?.costAfter ?? rule.costAfter;
  const after = count === 'all' && costAfter === undefined ? null : { count, costAfter };
  return { key: entry?.key ?? rule.key, cost: entry?.cost ?? rule.cost, after };
}

/** Handlers count addresses where no key is given; service methods need one. */
function areSame(one: Terms, other: Terms): boolean {
  return (
    isSameKey(one.key ?? 'ip', other.key ?? 'ip') &&
    one.cost === other.cost &&
    one.after?.count === other.after?.count &&
    one.after?.costAfter === other.after?.costAfter
  );
}
