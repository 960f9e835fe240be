import { Inject, Injectable } from '@nestjs/common';
import { InvalidOptionsError } from '../common/errors.js';
import { findProblems } from '../common/option-validation.js';
import { groupsOf, type PolicyGroups } from './policy-group.js';
import { DEFAULT_RATE_LIMIT_POLICY, RATE_LIMIT_MODULE_OPTIONS } from './rate-limit.constants.js';
import { UnknownRateLimitPolicyError } from './rate-limit.errors.js';
import { RateLimitPolicy } from './rate-limit-policy.options.js';
import type { ResolvedRateLimitOptions } from './rate-limit.options.js';
import { resolvePolicy, resolveRule, type PolicySource, type ResolvedRule } from './rate-limit-policy.js';

/** Is what `RateLimitService` takes for a policy: a name, a policy, or several to be passed together. @publicApi */
export type RateLimitPolicyRef = string | RateLimitPolicy | readonly (string | RateLimitPolicy)[];

/**
 * Knows the module's policies by name, and finds those that a caller names.
 *
 * @internal
 */
@Injectable()
export class RateLimitPolicies {
  /** Is what `RateLimitGuard` applies to every handler; undefined for nothing. */
  readonly default: ResolvedRule | undefined;
  readonly #rules: ReadonlyMap<string, ResolvedRule>;
  readonly #groupsByName = new Map<string, PolicyGroups>();
  readonly #groupsByPolicy = new WeakMap<object, PolicyGroups>();

  constructor(@Inject(RATE_LIMIT_MODULE_OPTIONS) options: ResolvedRateLimitOptions) {
    const rules = Object.entries(options.policies).map(
      ([name, raw]) => [name, resolveRule({ name, ...raw })] as const,
    );
    this.default =
      options.default === undefined
        ? undefined
        : resolveRule({ name: DEFAULT_RATE_LIMIT_POLICY, ...options.default });
    this.#rules = new Map(rules);
  }

  /** Lists the names of the policies, that of the default apart. */
  get names(): readonly string[] {
    return [...this.#rules.keys()];
  }

  /** Returns the rule of a name; undefined when there is none. */
  find(name: string): ResolvedRule | undefined {
    return this.#rules.get(name) ?? (name === DEFAULT_RATE_LIMIT_POLICY ? this.default : undefined);
  }

  /** Returns the rule of a name. @throws {UnknownRateLimitPolicyError} when there is none. */
  rule(name: string): ResolvedRule {
    const rule = this.find(name);
    if (rule === undefined) throw new UnknownRateLimitPolicyError(name, this.names);
    return rule;
  }

  /**
   * Returns what a caller names: those policies that are enforced, then those that only watch. The same name or object
   * has the same groups each time.
   *
   * @throws {UnknownRateLimitPolicyError} when a name stands for no policy.
   * @throws {InvalidOptionsError} when an inline policy cannot be used.
   */
  groups(ref: RateLimitPolicyRef): PolicyGroups {
    if (typeof ref === 'string') {
      const known = this.#groupsByName.get(ref) ?? groupsOf([this.rule(ref).policy]);
      this.#groupsByName.set(ref, known);
      return known;
    }
    const known = this.#groupsByPolicy.get(ref) ?? groupsOf(this.#resolve(ref));
    this.#groupsByPolicy.set(ref, known);
    return known;
  }

  #resolve(ref: RateLimitPolicy | readonly (string | RateLimitPolicy)[]): PolicySource[] {
    const refs = Array.isArray(ref)
      ? (ref as readonly (string | RateLimitPolicy)[])
      : [ref as RateLimitPolicy];
    const policies = refs.map((one, i) => {
      if (typeof one === 'string') return this.rule(one).policy;
      const problems = findProblems(RateLimitPolicy, one, refs.length === 1 ? '' : `[${i}]`);
      if (problems.length > 0) throw new InvalidOptionsError('Rate limit policy', problems);
      return resolvePolicy(one);
    });
    const problem = duplicateProblem(policies.map(({ name }) => name));
    if (problem !== null)
      throw new InvalidOptionsError('Rate limit policies', [{ path: 'policy', message: problem }]);
    return policies;
  }
}

/**
 * Says what is wrong with the names of policies that are to be passed together: none at all, or one of them twice,
 * which would count each call twice. @returns null when nothing is.
 *
 * @internal
 */
export function duplicateProblem(names: readonly string[]): string | null {
  if (names.length === 0) return 'is empty; give at least one policy';
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  return twice === undefined ? null : `has '${twice}' twice; give each policy a name of its own`;
}
