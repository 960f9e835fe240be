import { Injectable } from '@nestjs/common';
import { DynamicLimits, type LimitAsker } from './dynamic-limits.js';
import type { LimitCall } from './limit-plan.js';
import type { PermitPolicy } from './permit-policy.js';
import type { PolicyGroup } from './policy-group.js';
import { RateLimitPolicies } from './rate-limit-policies.js';
import { SubjectKeys } from './subject-keys.js';

/**
 * Makes calls out of policies, subjects and costs.
 *
 * @internal
 */
@Injectable()
export class LimitCalls {
  constructor(
    readonly policies: RateLimitPolicies,
    private readonly subjects: SubjectKeys,
    private readonly dynamic: DynamicLimits,
  ) {}

  /** Makes a call; at once, unless a limit must be found. @throws {RateLimitLimitError} when that finds none. */
  of(group: PolicyGroup, asker: LimitAsker, cost: number): LimitCall | Promise<LimitCall> {
    if (group.plan !== null) return this.subjects.call(group.plan, asker.subject, cost);
    return this.dynamic.plan(group, asker).then((plan) => this.subjects.call(plan, asker.subject, cost));
  }

  /** Returns the key of a subject's permits. */
  permitKey(policy: PermitPolicy, subject: string): string {
    return this.subjects.key(subject, policy.keyPart);
  }
}
