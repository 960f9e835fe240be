import { planOf, type LimitPlan } from './limit-plan.js';
import { isDynamic, type PolicySource, type ResolvedPolicy } from './rate-limit-policy.js';

/** Is policies that a call must pass together, all of them enforced or all in shadow. @internal */
export interface PolicyGroup {
  readonly policies: readonly PolicySource[];
  readonly shadow: boolean;
  /** Is null when it depends on the subject. */
  readonly plan: LimitPlan | null;
}

/** Makes the group of some policies. @internal */
export function groupOf(policies: readonly PolicySource[]): PolicyGroup {
  const known = policies.filter((policy): policy is ResolvedPolicy => !isDynamic(policy));
  const shadow = policies.every((policy) => policy.shadow);
  return { policies, shadow, plan: known.length === policies.length ? planOf(known) : null };
}

/** Leaves out the policies that `keep` does not want. @returns null when none is left. @internal */
export function narrowed<G extends PolicyGroup>(group: G, keep: (name: string) => boolean): G | null {
  const kept = group.policies.filter(({ name }) => keep(name));
  if (kept.length === group.policies.length) return group;
  return kept.length === 0 ? null : { ...group, ...groupOf(kept) };
}

/** Is the policies that are enforced, and apart from them those that only watch, if there are both. @internal */
export type PolicyGroups = readonly [PolicyGroup, PolicyGroup?];

/** Splits policies, of which there is one at least. @internal */
export function groupsOf(policies: readonly PolicySource[]): PolicyGroups {
  const enforced = policies.filter(({ shadow }) => !shadow);
  const watching = policies.filter(({ shadow }) => shadow);
  if (watching.length === 0) return [groupOf(enforced)];
  return enforced.length === 0 ? [groupOf(watching)] : [groupOf(enforced), groupOf(watching)];
}
