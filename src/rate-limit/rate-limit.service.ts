import { Injectable } from '@nestjs/common';
import { toMs, type Duration } from '../common/duration.js';
import { Limiter } from './limiter.js';
import type { RateLimitDecision } from './rate-limit-decision.js';
import { RateLimitPolicies, type RateLimitPolicyRef } from './rate-limit-policies.js';
import { checkedCost, checkedSubject, SubjectKeys } from './subject-keys.js';
import type { LimitCall } from './limit-plan.js';
import { decisionOrThrow, type Verdict } from './verdict.js';

/** Adjusts one call. @publicApi */
export interface ConsumeOptions {
  /** Is what the call consumes: a whole number from 1. @default 1 */
  readonly cost?: number;
}

/**
 * Counts calls of subjects against policies, on time and state shared by all instances.
 *
 * A policy is the name of one in `rateLimit.policies`, a policy itself, or a list of them: then all windows count the
 * call, or, if one refuses it, none. A subject is any text, such as a user's id or an e-mail address; only a digest of
 * it is kept. Subjects are counted by the name of the policy.
 *
 * @example
 * ```ts
 * const { allowed, retryAfterMs } = await this.limits.consume('login', email.toLowerCase());
 * ```
 * @publicApi
 */
@Injectable()
export class RateLimitService {
  constructor(
    private readonly limiter: Limiter,
    private readonly policies: RateLimitPolicies,
    private readonly subjects: SubjectKeys,
  ) {}

  /**
   * Counts a call if it is within the limit. With Redis away the policy's `onRedisDown` decides; it never rejects for
   * Redis.
   *
   * @returns the tightest window's decision.
   * @throws {UnknownRateLimitPolicyError} when a name stands for no policy.
   * @throws {RateLimitKeyError} when the subject is empty or the cost is no whole number from 1.
   */
  async consume(
    policy: RateLimitPolicyRef,
    subject: string,
    options: ConsumeOptions = {},
  ): Promise<RateLimitDecision> {
    const { decision } = await this.#consume(policy, subject, options);
    return decision;
  }

  /**
   * Counts a call like `consume`, and throws when it is refused.
   *
   * @throws {RateLimitExceededError} when the call exceeds the limit.
   * @throws {RateLimitUnavailableError} when Redis is away and the policy says `onRedisDown: 'deny'`.
   */
  async consumeOrThrow(
    policy: RateLimitPolicyRef,
    subject: string,
    options: ConsumeOptions = {},
  ): Promise<RateLimitDecision> {
    return decisionOrThrow(await this.#consume(policy, subject, options));
  }

  /** Tells what `consume` would decide, without counting. */
  async peek(policy: RateLimitPolicyRef, subject: string): Promise<RateLimitDecision> {
    const { decision } = await this.limiter.decide(this.#call(policy, subject, 0));
    return decision;
  }

  /** Forgets what a subject has consumed, and lifts a block. @throws {RedisUnavailableError} when Redis is away. */
  async reset(policy: RateLimitPolicyRef, subject: string): Promise<void> {
    await this.limiter.reset(this.#call(policy, subject, 0));
  }

  /**
   * Gives back what a subject has consumed last, for example when the work did not take place.
   *
   * @throws {RedisUnavailableError} when Redis is away.
   */
  async refund(policy: RateLimitPolicyRef, subject: string, cost = 1): Promise<void> {
    await this.limiter.refund(this.#call(policy, subject, -checkedCost(cost)));
  }

  /** Refuses all calls of a subject for a time. @throws {RedisUnavailableError} when Redis is away. */
  async block(policy: RateLimitPolicyRef, subject: string, duration: Duration): Promise<void> {
    await this.limiter.block(this.#call(policy, subject, 0), toMs(duration, 'duration'));
  }

  /** Lifts a block; what was counted stays. @throws {RedisUnavailableError} when Redis is away. */
  async unblock(policy: RateLimitPolicyRef, subject: string): Promise<void> {
    await this.limiter.block(this.#call(policy, subject, 0), 0);
  }

  #consume(policy: RateLimitPolicyRef, subject: string, { cost = 1 }: ConsumeOptions): Promise<Verdict> {
    return this.limiter.decide(this.#call(policy, subject, checkedCost(cost)));
  }

  #call(policy: RateLimitPolicyRef, subject: string, cost: number): LimitCall {
    return this.subjects.call(this.policies.plan(policy), checkedSubject(subject), cost);
  }
}
