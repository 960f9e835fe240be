import { InvalidOptionsError, type OptionProblem } from '../../common/errors.js';
import { findProblems } from '../../common/option-validation.js';
import { ConcurrencyRule, isConcurrency } from './concurrency.options.js';
import type { RateLimitEntry } from './rate-limit-entry.js';
import { duplicateProblem } from './rate-limit-policies.js';
import { resolveRule, type ResolvedRule } from './rate-limit-rule.js';
import { RateLimitRule, RateLimitUse } from './rate-limit-use.options.js';

/** Is a rule of either sort: so much in a window, or so many at once. @publicApi */
export type AnyLimitRule = RateLimitRule | ConcurrencyRule;

/** Is what `@RateLimit` takes: a policy's name, a rule, or several to be passed together. @publicApi */
export type RateLimitRef = string | AnyLimitRule | readonly (string | AnyLimitRule)[];

/**
 * Reads what an `@RateLimit` on `label` says.
 *
 * @throws {InvalidOptionsError} listing all that cannot be used.
 * @internal
 */
export function entryOf(label: string, ref: RateLimitRef, use: RateLimitUse): RateLimitEntry {
  const refs = (Array.isArray(ref) ? ref : [ref]) as readonly (string | AnyLimitRule)[];
  const pathOf = (i: number) => (Array.isArray(ref) ? `[${i}]` : 'policy');
  assertNone(label, [
    ...refs.flatMap((one, i) =>
      typeof one === 'string' ? [] : findProblems(ruleClassOf(one), one, pathOf(i)),
    ),
    ...findProblems(RateLimitUse, use, 'use'),
  ]);
  const rules = refs.map((one, i) => {
    if (typeof one === 'string') return one;
    return resolveRule(one, refs.length === 1 ? label : `${label}#${i + 1}`);
  });
  const problem = duplicateProblem(rules.map(nameOf));
  if (problem !== null) assertNone(label, [{ path: 'policy', message: problem }]);
  const { key, cost, count, costAfter } = use;
  return Object.freeze({ label, rules: Object.freeze(rules), key, cost, count, costAfter });
}

function nameOf(rule: string | ResolvedRule): string {
  return typeof rule === 'string' ? rule : rule.policy.name;
}

function assertNone(label: string, problems: readonly OptionProblem[]): void {
  if (problems.length > 0) throw new InvalidOptionsError(`@RateLimit on ${label}`, problems);
}

function ruleClassOf(rule: AnyLimitRule): typeof RateLimitRule | typeof ConcurrencyRule {
  return isConcurrency(rule) ? ConcurrencyRule : RateLimitRule;
}
