import { Injectable } from '@nestjs/common';
import { DynamicLimits, type LimitAsker } from '../policies/dynamic-limits.js';
import type { LimitCall } from '../policies/limit-plan.js';
import type { PermitPolicy } from '../policies/permit-policy.js';
import type { PolicyGroup } from '../policies/policy-group.js';
import { RateLimitPolicies } from '../policies/rate-limit-policies.js';
import { SubjectKeys } from '../subjects/subject-keys.js';

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
