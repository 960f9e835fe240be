import { Injectable } from '@nestjs/common';
import { toError } from '../../common/errors.js';
import { SuiteEvents } from '../../common/events.js';
import { keyedWindows, type LimitCall, type WindowOutcome } from '../policies/limit-plan.js';
import { MemoryLimits } from './memory-limits.js';
import { tellOutcomes } from './outcome-events.js';
import type { PolicyGroup } from '../policies/policy-group.js';
import { SharedLimits } from './shared-limits.js';
import { BY_REDIS, verdictOf, type Verdict } from './verdict.js';

/** Is how long a client is asked to wait when Redis is away and its policy refuses, in milliseconds. */
const UNAVAILABLE_RETRY_MS = 1_000;

/**
 * Decides calls: on Redis, and by each policy's `onRedisDown` while Redis is away.
 *
 * @internal
 */
@Injectable()
export class Limiter {
  constructor(
    private readonly shared: SharedLimits,
    private readonly inMemory: MemoryLimits,
    private readonly events: SuiteEvents,
  ) {}

  /** Decides a call and counts it if all windows allow it: at once if it was refused before. Never rejects. */
  decide(call: LimitCall): Verdict | Promise<Verdict> {
    const known = this.shared.recall(call);
    if (known !== null) return this.#conclude(call, known);
    return new Promise((resolve) => {
      this.shared.decide(call, (outcomes) => resolve(this.#conclude(call, outcomes)));
    });
  }

  /** Tells that policies in shadow could not count a call. */
  failedToWatch({ policies }: Pick<PolicyGroup, 'policies'>, error: unknown): void {
    const names = policies.map(({ name }) => `'${name}'`).join(', ');
    this.events.emit('suite:error', { where: `watching by rate limit ${names}`, error: toError(error) });
  }

  /** Gives back what a call of negative cost says. @throws {RedisUnavailableError} when Redis is away. */
  async refund(call: LimitCall): Promise<void> {
    this.inMemory.decide(keyedWindows(call), call.cost);
    await this.shared.refund(call);
  }

  /**
   * Makes up, where it was counted, for a call that has consumed more or less than its cost. Of more, as much is counted
   * as the windows still hold. @throws {RedisUnavailableError} when Redis is away.
   */
  async makeUp(call: LimitCall, difference: number, degraded: boolean): Promise<void> {
    const other = { ...call, cost: difference };
    if (difference > 0) {
      const { outcomes } = await this.decide({ ...call, cost: 0 });
      const cost = Math.min(difference, ...outcomes.map(({ remaining }) => remaining));
      if (cost > 0) await this.#add({ ...call, cost });
    } else if (degraded) this.inMemory.decide(keyedWindows(other), difference);
    else await this.shared.refund(other);
  }

  /** Forgets all that was counted, and blocks too. @throws {RedisUnavailableError} when Redis is away. */
  async reset(call: LimitCall): Promise<void> {
    this.inMemory.forget(call.keys);
    await this.shared.reset(call);
  }

  /** Refuses the calls of a subject for `blockMs`; 0 lifts it. @throws {RedisUnavailableError} when Redis is away. */
  async block(call: LimitCall, blockMs: number): Promise<void> {
    this.inMemory.block(keyedWindows(call), blockMs);
    await this.shared.block(call, blockMs);
  }

  /** Counts more for a call whose decision was told already. */
  #add(call: LimitCall): Promise<void> {
    return new Promise((resolve) => {
      this.shared.decide(call, (outcomes) => {
        this.#judge(call, outcomes);
        resolve();
      });
    });
  }

  #conclude(call: LimitCall, outcomes: readonly WindowOutcome[] | null): Verdict {
    const verdict = this.#judge(call, outcomes);
    const { shadow } = call.plan;
    if (call.cost > 0) tellOutcomes(this.events, { subject: call.hidden, shadow }, verdict);
    return shadow ? letThrough(verdict) : verdict;
  }

  #judge(call: LimitCall, outcomes: readonly WindowOutcome[] | null): Verdict {
    return outcomes === null ? this.#withoutRedis(call) : verdictOf(outcomes, BY_REDIS);
  }

  #withoutRedis(call: LimitCall): Verdict {
    const windows = keyedWindows(call);
    const denying = windows.filter(({ policy }) => policy.onRedisDown === 'deny');
    const unavailable = denying.length > 0;
    if (unavailable) return verdictOf(denying.map(refused), { degraded: true, unavailable });
    const counted = this.inMemory.decide(
      windows.filter(({ policy }) => policy.onRedisDown === 'memory'),
      call.cost,
    );
    const waved = windows.filter(({ policy }) => policy.onRedisDown === 'allow').map(wavedThrough);
    return verdictOf([...counted, ...waved], { degraded: true, unavailable });
  }
}

/** A policy in shadow refuses nothing and shows clients nothing. */
function letThrough(verdict: Verdict): Verdict {
  const decision = { ...verdict.decision, allowed: true, retryAfterMs: 0 };
  return { ...verdict, allowed: true, unavailable: false, decision };
}

function refused({ policy }: { policy: WindowOutcome['policy'] }): WindowOutcome {
  const retryAfterMs = UNAVAILABLE_RETRY_MS;
  return { policy, allowed: false, remaining: 0, resetMs: retryAfterMs, retryAfterMs };
}

function wavedThrough({ policy }: { policy: WindowOutcome['policy'] }): WindowOutcome {
  return { policy, allowed: true, remaining: policy.limit, resetMs: 0, retryAfterMs: 0 };
}
