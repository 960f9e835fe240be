import { isConcurrency, type ConcurrencyRule } from './concurrency.options.js';
import { isPermitPolicy, permitKeyedBy, resolvePermitPolicy, type PermitPolicy } from './permit-policy.js';
import { keyedBy, resolvePolicy, type PolicySource } from './rate-limit-policy.js';
import type {
  RateLimitCost,
  RateLimitCostAfter,
  RateLimitCount,
  RateLimitKey,
  RateLimitRule,
} from './rate-limit-use.options.js';

/** Is a rule ready for use. @internal */
export interface ResolvedRule {
  readonly policy: PolicySource | PermitPolicy;
  /** Is undefined where none was given. */
  readonly key: RateLimitKey | undefined;
  readonly cost: RateLimitCost;
  /** Is undefined where none was given. */
  readonly count: RateLimitCount | undefined;
  readonly costAfter: RateLimitCostAfter | undefined;
}

/** Resolves a rule that has been validated. @internal */
export function resolveRule(raw: RateLimitRule | ConcurrencyRule, fallbackName?: string): ResolvedRule {
  if (isConcurrency(raw)) {
    const { key } = raw;
    const policy = resolvePermitPolicy(raw, { fallbackName, key });
    return Object.freeze({ policy, key, cost: 1, count: undefined, costAfter: undefined });
  }
  const { key, cost = 1, count, costAfter } = raw;
  return Object.freeze({
    policy: keyedBy(resolvePolicy(raw, fallbackName), key),
    key,
    cost,
    count,
    costAfter,
  });
}

/** Returns a policy of either sort that counts the subjects of `key`. @internal */
export function withKey(
  policy: PolicySource | PermitPolicy,
  key: RateLimitKey | undefined,
): PolicySource | PermitPolicy {
  return isPermitPolicy(policy) ? permitKeyedBy(policy, key) : keyedBy(policy, key);
}
