import { Injectable } from '@nestjs/common';
import { toMs, type Duration } from '../common/duration.js';
import { isConcurrency, type ConcurrencyPolicy } from './policies/concurrency.options.js';
import type { LimitAsker } from './policies/dynamic-limits.js';
import { LimitCalls } from './decisions/limit-calls.js';
import type { LimitCall } from './policies/limit-plan.js';
import { Limiter } from './decisions/limiter.js';
import { isPermitPolicy, type PermitPolicy } from './policies/permit-policy.js';
import { Permits } from './permits/permits.js';
import type { PolicyGroup } from './policies/policy-group.js';
import type { RateLimitDecision } from './rate-limit-decision.js';
import type { RateLimitPolicyRef } from './policies/rate-limit-policies.js';
import { checkedCost, checkedSubject, type RateLimitSubject } from './subjects/subject-keys.js';
import { decisionOrThrow, type Verdict } from './decisions/verdict.js';

/** Adjusts one call. @publicApi */
export interface ConsumeOptions {
  /** Is what the call consumes: a whole number from 1. @default 1 */
  readonly cost?: number;
}

/** Is what `peek` and `reset` take for a policy: one of either sort. @publicApi */
export type RateLimitAnyPolicyRef = RateLimitPolicyRef | ConcurrencyPolicy;

/** Lets something run of which only so much may be in flight. @publicApi */
export interface RateLimitPermit extends AsyncDisposable {
  /** Says how many permits are left. */
  readonly decision: RateLimitDecision;
  /** Gives the permit back; a second time does nothing. Never rejects: with Redis away its lease ends by itself. */
  release(): Promise<void>;
}

/**
 * Counts calls of subjects against policies, on time and state shared by all instances.
 *
 * A policy is the name of one in `rateLimit.policies`, a policy itself, or a list of them: then all windows count the
 * call, or, if one refuses it, none. A subject is any text, such as a user's id or an e-mail address, or a list of
 * texts; only a digest of it is kept. Subjects are counted by the name of the policy, and by the kind of its `key`: for
 * a policy with `key: 'user'` the subject is a user's id.
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
    private readonly calls: LimitCalls,
    private readonly permits: Permits,
  ) {}

  /**
   * Counts a call if it is within the limit. With Redis away the policy's `onRedisDown` decides; it never rejects for
   * Redis.
   *
   * @returns the tightest window's decision.
   * @throws {UnknownRateLimitPolicyError} when a name stands for no policy.
   * @throws {RateLimitKeyError} when the subject is empty or the cost is no whole number from 1.
   * @throws {RateLimitLimitError} when the policy's `limit` function finds none.
   */
  async consume(
    policy: RateLimitPolicyRef,
    subject: RateLimitSubject,
    { cost = 1 }: ConsumeOptions = {},
  ): Promise<RateLimitDecision> {
    const verdict = this.#decide(policy, subject, checkedCost(cost));
    return (verdict instanceof Promise ? await verdict : verdict).decision;
  }

  /**
   * Counts a call like `consume`, and throws when it is refused.
   *
   * @throws {RateLimitExceededError} when the call exceeds the limit.
   * @throws {RateLimitUnavailableError} when Redis is away and the policy says `onRedisDown: 'deny'`.
   */
  async consumeOrThrow(
    policy: RateLimitPolicyRef,
    subject: RateLimitSubject,
    { cost = 1 }: ConsumeOptions = {},
  ): Promise<RateLimitDecision> {
    return decisionOrThrow(await this.#decide(policy, subject, checkedCost(cost)));
  }

  /**
   * Begins something of which only so much may be in flight, by a policy with `concurrency`. The permit must be given
   * back, as `await using` does at the end of a block; those of a process that dies are there again when their lease ends.
   *
   * @throws {RateLimitExceededError} when as many are in flight.
   * @throws {RateLimitUnavailableError} when Redis is away and the policy says `onRedisDown: 'deny'`.
   * @throws {UnknownRateLimitPolicyError | InvalidOptionsError} when the policy is none, or of the other sort.
   * @example
   * ```ts
   * await using permit = await limits.acquire('export', userId);
   * ```
   */
  async acquire(policy: string | ConcurrencyPolicy, subject: RateLimitSubject): Promise<RateLimitPermit> {
    const { permit, key } = this.#permit(policy, subject);
    const { verdict, release } = await this.permits.take(permit, key);
    const decision = permit.shadow ? { ...verdict.decision, allowed: true } : decisionOrThrow(verdict);
    return { decision, release, [Symbol.asyncDispose]: release };
  }

  /** Runs `work` while it holds a permit. @throws what `acquire` throws, and what `work` throws. */
  async withPermit<T>(
    policy: string | ConcurrencyPolicy,
    subject: RateLimitSubject,
    work: () => T | Promise<T>,
  ): Promise<T> {
    const permit = await this.acquire(policy, subject);
    try {
      return await work();
    } finally {
      await permit.release();
    }
  }

  /** Tells what `consume` or `acquire` would decide, without counting. */
  async peek(policy: RateLimitAnyPolicyRef, subject: RateLimitSubject): Promise<RateLimitDecision> {
    if (this.#limitsCallsInFlight(policy)) {
      const { permit, key } = this.#permit(policy, subject);
      return (await this.permits.peek(permit, key)).decision;
    }
    const { decision } = await this.#decide(policy, subject, 0);
    return decision;
  }

  /**
   * Forgets what a subject has consumed, and lifts a block. Of calls in flight, those of processes that live take their
   * permits again when they renew them.
   *
   * @throws {RedisUnavailableError} when Redis is away.
   */
  async reset(policy: RateLimitAnyPolicyRef, subject: RateLimitSubject): Promise<void> {
    if (this.#limitsCallsInFlight(policy)) {
      await this.permits.reset(this.#permit(policy, subject).key);
      return;
    }
    await this.#forEach(policy, [subject, 0], (call) => this.limiter.reset(call));
  }

  /**
   * Gives back what a subject has consumed last, for example when the work did not take place.
   *
   * @throws {RedisUnavailableError} when Redis is away.
   */
  async refund(policy: RateLimitPolicyRef, subject: RateLimitSubject, cost = 1): Promise<void> {
    await this.#forEach(policy, [subject, -checkedCost(cost)], (call) => this.limiter.refund(call));
  }

  /** Refuses all calls of a subject for a time. @throws {RedisUnavailableError} when Redis is away. */
  async block(policy: RateLimitPolicyRef, subject: RateLimitSubject, duration: Duration): Promise<void> {
    const blockMs = toMs(duration, 'duration');
    await this.#forEach(policy, [subject, 0], (call) => this.limiter.block(call, blockMs));
  }

  /** Lifts a block; what was counted stays. @throws {RedisUnavailableError} when Redis is away. */
  async unblock(policy: RateLimitPolicyRef, subject: RateLimitSubject): Promise<void> {
    await this.#forEach(policy, [subject, 0], (call) => this.limiter.block(call, 0));
  }

  #permit(
    policy: string | ConcurrencyPolicy,
    subject: RateLimitSubject,
  ): { permit: PermitPolicy; key: string } {
    const permit = this.calls.policies.permit(policy);
    return { permit, key: this.calls.permitKey(permit, checkedSubject(subject)) };
  }

  #limitsCallsInFlight(policy: RateLimitAnyPolicyRef): policy is string | ConcurrencyPolicy {
    if (typeof policy !== 'string') return isConcurrency(policy);
    const rule = this.calls.policies.find(policy);
    return rule !== undefined && isPermitPolicy(rule.policy);
  }

  /** Decides by the policies that are enforced; those in shadow only watch. */
  #decide(policy: RateLimitPolicyRef, subject: RateLimitSubject, cost: number): Verdict | Promise<Verdict> {
    const asker = { subject: checkedSubject(subject) };
    const [group, watching] = this.calls.policies.groups(policy);
    const verdict = this.#decideBy(group, asker, cost);
    return watching === undefined ? verdict : this.#watched(verdict, this.#watch(watching, asker, cost));
  }

  async #watched(verdict: Verdict | Promise<Verdict>, watch: Promise<void>): Promise<Verdict> {
    const [decided] = await Promise.all([verdict, watch]);
    return decided;
  }

  async #watch(group: PolicyGroup, asker: LimitAsker, cost: number): Promise<void> {
    try {
      await this.#decideBy(group, asker, cost);
    } catch (error) {
      this.limiter.failedToWatch(group, error);
    }
  }

  #decideBy(group: PolicyGroup, asker: LimitAsker, cost: number): Verdict | Promise<Verdict> {
    const call = this.calls.of(group, asker, cost);
    return call instanceof Promise
      ? call.then((made) => this.limiter.decide(made))
      : this.limiter.decide(call);
  }

  async #forEach(
    policy: RateLimitPolicyRef,
    [subject, cost]: readonly [RateLimitSubject, number],
    act: (call: LimitCall) => Promise<void>,
  ): Promise<void> {
    const asker = { subject: checkedSubject(subject) };
    for (const group of this.calls.policies.groups(policy)) {
      if (group !== undefined) await act(await this.calls.of(group, asker, cost));
    }
  }
}
