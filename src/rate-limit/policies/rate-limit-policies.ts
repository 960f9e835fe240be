import { Inject, Injectable } from '@nestjs/common';
import { InvalidOptionsError, type OptionProblem } from '../../common/errors.js';
import { findProblems } from '../../common/option-validation.js';
import { ConcurrencyPolicy } from './concurrency.options.js';
import { isPermitPolicy, resolvePermitPolicy, type PermitPolicy } from './permit-policy.js';
import { groupsOf, type PolicyGroups } from './policy-group.js';
import {
  DEFAULT_RATE_LIMIT_POLICY,
  RATE_LIMIT_MODULE_OPTIONS,
  RATE_LIMIT_OVERRIDES,
} from '../rate-limit.constants.js';
import { UnknownRateLimitPolicyError } from '../rate-limit.errors.js';
import {
  RateLimitPolicy,
  type RateLimitAlgorithm,
  type RateLimitOnRedisDown,
} from './rate-limit-policy.options.js';
import {
  RateLimitModuleOptions,
  type RateLimitOverrides,
  type ResolvedRateLimitOptions,
} from '../rate-limit.options.js';
import type { RateLimitRule } from './rate-limit-use.options.js';
import { isDynamic, resolvePolicy, type PolicySource } from './rate-limit-policy.js';
import { resolveRule, type ResolvedRule } from './rate-limit-rule.js';

/** Is what `RateLimitService` takes for a policy: a name, a policy, or several to be passed together. @publicApi */
export type RateLimitPolicyRef = string | RateLimitPolicy | readonly (string | RateLimitPolicy)[];

/** Caps the policies written in place that are known by what they say. */
const MAX_WRITTEN = 1_000;

/** Is a policy as operators see it. @internal */
export interface PolicyDescription {
  readonly name: string;
  /** Is `null` where a function finds it for each subject. */
  readonly limit: number | null;
  /** Is `null` where calls in flight are limited. */
  readonly windowMs: number | null;
  readonly algorithm: RateLimitAlgorithm | null;
  readonly onRedisDown: RateLimitOnRedisDown;
  readonly shadow: boolean;
}

/**
 * Knows the module's policies by name, and finds those that a caller names.
 *
 * @internal
 */
@Injectable()
export class RateLimitPolicies {
  /** Is what `RateLimitGuard` applies to every handler; undefined for nothing. */
  readonly default: ResolvedRule | undefined;
  /** Lists what is wrong with the overrides, for the boot to report; they are not used then. */
  readonly overrideProblems: readonly OptionProblem[];
  readonly #rules: ReadonlyMap<string, ResolvedRule>;
  readonly #groupsByName = new Map<string, PolicyGroups>();
  readonly #groupsByPolicy = new WeakMap<object, PolicyGroups>();
  readonly #groupsByText = new Map<string, PolicyGroups>();
  readonly #permits = new WeakMap<object, PermitPolicy>();

  constructor(
    @Inject(RATE_LIMIT_MODULE_OPTIONS) options: ResolvedRateLimitOptions,
    @Inject(RATE_LIMIT_OVERRIDES) overrides: RateLimitOverrides,
  ) {
    const { [DEFAULT_RATE_LIMIT_POLICY]: fallback, ...policies } = overrides;
    const written = { default: fallback, policies };
    this.overrideProblems = findProblems(RateLimitModuleOptions, written, 'RATE_LIMIT_OVERRIDES');
    const isUsable = this.overrideProblems.length === 0;
    const everywhere = (isUsable ? (fallback as RateLimitRule | undefined) : undefined) ?? options.default;
    this.default = everywhere && resolveRule({ name: DEFAULT_RATE_LIMIT_POLICY, ...everywhere });
    this.#rules = new Map(
      Object.entries({ ...options.policies, ...(isUsable ? policies : {}) }).map(
        ([name, raw]) => [name, resolveRule({ name, ...raw })] as const,
      ),
    );
  }

  /** Lists the names of the policies, that of the default apart. */
  get names(): readonly string[] {
    return [...this.#rules.keys()];
  }

  /** Describes the policies, that of the default first. */
  describe(): PolicyDescription[] {
    const rules = [...(this.default === undefined ? [] : [this.default]), ...this.#rules.values()];
    return rules.map(({ policy }) => ({
      name: policy.name,
      limit: isDynamic(policy) ? null : policy.limit,
      windowMs: isPermitPolicy(policy) ? null : policy.windowMs,
      algorithm: isPermitPolicy(policy) ? null : policy.algorithm,
      onRedisDown: policy.onRedisDown,
      shadow: policy.shadow,
    }));
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
   * Returns what a caller names: those policies that are enforced, then those that only watch. What says the same has the
   * same groups each time, so that refusals are remembered.
   *
   * @throws {UnknownRateLimitPolicyError} when a name stands for no policy.
   * @throws {InvalidOptionsError} when an inline policy cannot be used.
   */
  groups(ref: RateLimitPolicyRef): PolicyGroups {
    if (typeof ref === 'string') {
      const known = this.#groupsByName.get(ref) ?? groupsOf([this.#inWindows(ref)]);
      this.#groupsByName.set(ref, known);
      return known;
    }
    const known = this.#groupsByPolicy.get(ref) ?? this.#groupsAsWritten(ref);
    this.#groupsByPolicy.set(ref, known);
    return known;
  }

  /**
   * Returns a policy of calls in flight.
   *
   * @throws {UnknownRateLimitPolicyError} when the name stands for no policy.
   * @throws {InvalidOptionsError} when it counts calls in windows, or an inline policy cannot be used.
   */
  permit(ref: string | ConcurrencyPolicy): PermitPolicy {
    if (typeof ref === 'string') {
      const { policy } = this.rule(ref);
      if (isPermitPolicy(policy)) return policy;
      throw misused(ref, 'limits calls in a window; use `consume`, or give it `concurrency`');
    }
    const known = this.#permits.get(ref);
    if (known !== undefined) return known;
    const problems = findProblems(ConcurrencyPolicy, ref, '');
    if (problems.length > 0) throw new InvalidOptionsError('Rate limit policy', problems);
    const policy = resolvePermitPolicy(ref);
    this.#permits.set(ref, policy);
    return policy;
  }

  /** A policy written where it is used is another object each time. */
  #groupsAsWritten(ref: object & Exclude<RateLimitPolicyRef, string>): PolicyGroups {
    const text = textOf(ref);
    const known = text === null ? undefined : this.#groupsByText.get(text);
    if (known !== undefined) return known;
    const groups = groupsOf(this.#resolve(ref));
    if (this.#groupsByText.size >= MAX_WRITTEN) this.#groupsByText.clear();
    if (text !== null) this.#groupsByText.set(text, groups);
    return groups;
  }

  #inWindows(name: string): PolicySource {
    const { policy } = this.rule(name);
    if (!isPermitPolicy(policy)) return policy;
    throw misused(name, 'limits calls in flight; use `acquire` or `withPermit`');
  }

  #resolve(ref: RateLimitPolicy | readonly (string | RateLimitPolicy)[]): PolicySource[] {
    const refs = Array.isArray(ref)
      ? (ref as readonly (string | RateLimitPolicy)[])
      : [ref as RateLimitPolicy];
    const policies = refs.map((one, i) => {
      if (typeof one === 'string') return this.#inWindows(one);
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

/** Returns what policies say, as a text; null when that is not all, because of a function. */
function textOf(policies: object): string | null {
  const beyond: unknown[] = [];
  const text = JSON.stringify(policies, (_, value: unknown) => {
    if (['string', 'number', 'boolean', 'object', 'undefined'].includes(typeof value)) return value;
    beyond.push(value);
    return undefined;
  });
  return beyond.length === 0 ? text : null;
}

function misused(name: string, message: string): InvalidOptionsError {
  return new InvalidOptionsError('Rate limit policy', [{ path: name, message }]);
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
