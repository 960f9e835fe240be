import { Injectable } from '@nestjs/common';
import { SuiteEvents } from '../../common/events.js';
import { tellOutcomes } from '../decisions/outcome-events.js';
import { PermitLeases } from './permit-leases.js';
import type { PermitPolicy } from '../policies/permit-policy.js';
import { PermitStore, type PermitReply } from './permit-store.js';
import { hiddenSubjectOf } from '../subjects/subject-keys.js';
import { verdictOf, type Verdict } from '../decisions/verdict.js';

/** Is how long a client is asked to wait: nobody knows when a call in flight will end. */
const RETRY_MS = 1_000;

/** Is what became of a try to take a permit. @internal */
export interface TakenPermit {
  readonly verdict: Verdict;
  /** Gives the permit back, once; never rejects. */
  readonly release: () => Promise<void>;
}

/**
 * Lets calls begin only while fewer than the limit are in flight: on all instances, or, while Redis is away, by the
 * policy's `onRedisDown`.
 *
 * @internal
 */
@Injectable()
export class Permits {
  constructor(
    private readonly store: PermitStore,
    private readonly leases: PermitLeases,
    private readonly events: SuiteEvents,
  ) {}

  /** Takes a permit if there is one. Never rejects. */
  async take(policy: PermitPolicy, key: string): Promise<TakenPermit> {
    const permit = this.leases.make(key, policy.leaseMs);
    const reply = await this.store.take(permit, policy.limit);
    const verdict = verdictFor(
      policy,
      reply ?? withoutRedis(policy, this.leases.count(key), 1),
      reply === null,
    );
    tellOutcomes(this.events, { subject: hiddenSubjectOf(key), shadow: policy.shadow }, verdict);
    if (verdict.allowed) {
      this.leases.hold(permit);
      return { verdict, release: () => this.leases.letGo(permit) };
    }
    // Without an answer in time it may have been taken nevertheless.
    if (reply === null) void this.store.release([permit]);
    return { verdict, release: () => Promise.resolve() };
  }

  /** Tells how many permits are left, without taking one. */
  async peek(policy: PermitPolicy, key: string): Promise<Verdict> {
    const reply = await this.store.take({ key, id: '', leaseMs: policy.leaseMs }, policy.limit);
    return verdictFor(policy, reply ?? withoutRedis(policy, this.leases.count(key), 0), reply === null);
  }

  /** Frees all permits of a subject; calls in flight take theirs again. @throws {RedisUnavailableError} when Redis is away. */
  reset(key: string): Promise<void> {
    return this.store.reset(key);
  }
}

function verdictFor(policy: PermitPolicy, { allowed, taken }: PermitReply, degraded: boolean): Verdict {
  const outcome = {
    policy,
    allowed,
    remaining: Math.max(0, policy.limit - taken),
    resetMs: taken === 0 ? 0 : policy.leaseMs,
    retryAfterMs: allowed ? 0 : RETRY_MS,
  };
  return verdictOf([outcome], { degraded, unavailable: degraded && policy.onRedisDown === 'deny' });
}

/** Decides by what this process holds; `wanted` is 0 only to ask. */
function withoutRedis({ limit, onRedisDown }: PermitPolicy, held: number, wanted: 0 | 1): PermitReply {
  const allowed = onRedisDown === 'allow' || (onRedisDown === 'memory' && held < limit);
  return { allowed, taken: allowed ? held + wanted : held };
}
