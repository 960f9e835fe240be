import { Inject, Injectable, type ExecutionContext } from '@nestjs/common';
import type { Clock } from '../../common/clock.js';
import { toError } from '../../common/errors.js';
import { SuiteEvents } from '../../common/events.js';
import { InjectClock } from '../../connection/connection.tokens.js';
import { planOf, type LimitPlan } from './limit-plan.js';
import type { PolicyGroup } from './policy-group.js';
import { isCount, MAX_LOG_LIMIT } from './rate-limit-policy.options.js';
import { isDynamic, withLimit, type DynamicPolicy } from './rate-limit-policy.js';
import { RATE_LIMIT_MODULE_OPTIONS } from '../rate-limit.constants.js';
import { RateLimitLimitError } from '../rate-limit.errors.js';
import type { ResolvedRateLimitOptions } from '../rate-limit.options.js';

/** Is how long the last known limit goes on after its function failed, in milliseconds. */
const RETRY_MS = 1_000;
/** Caps the plans kept for the limits a group has come to have. */
const MAX_PLANS = 1_000;

/** Is whose limit is asked. @internal */
export interface LimitAsker {
  readonly subject: string;
  readonly context?: ExecutionContext | undefined;
}

interface KnownLimit {
  readonly limit: number;
  readonly until: number;
}

/** Is what is known of one policy's subjects. */
interface Knowledge {
  readonly limits: Map<string, KnownLimit>;
  readonly asking: Map<string, Promise<number>>;
}

/**
 * Finds limits that depend on the subject, and keeps them for the policy's `limitTtl`; each policy knows those of
 * `memorySubjects` subjects, the oldest go first. Calls that come while a function is asked share its answer.
 *
 * @internal
 */
@Injectable()
export class DynamicLimits {
  readonly #known = new WeakMap<DynamicPolicy, Knowledge>();
  readonly #plans = new WeakMap<PolicyGroup, Map<string, LimitPlan>>();

  constructor(
    @InjectClock() private readonly clock: Clock,
    @Inject(RATE_LIMIT_MODULE_OPTIONS) private readonly options: ResolvedRateLimitOptions,
    private readonly events: SuiteEvents,
  ) {}

  /** Returns the plan of a subject. @throws {RateLimitLimitError} when a function finds no limit. */
  async plan(group: PolicyGroup, asker: LimitAsker): Promise<LimitPlan> {
    const policies = await Promise.all(
      group.policies.map(async (policy) =>
        isDynamic(policy) ? withLimit(policy, await this.#limit(policy, asker)) : policy,
      ),
    );
    const plans = this.#plans.get(group) ?? new Map<string, LimitPlan>();
    this.#plans.set(group, plans);
    const name = policies.map(({ limit }) => limit).join();
    const known = plans.get(name);
    if (known !== undefined) return known;
    const plan = planOf(policies);
    keep(plans, [name, plan], MAX_PLANS);
    return plan;
  }

  #limit(policy: DynamicPolicy, asker: LimitAsker): number | Promise<number> {
    const knowledge: Knowledge = this.#known.get(policy) ?? { limits: new Map(), asking: new Map() };
    this.#known.set(policy, knowledge);
    const known = knowledge.limits.get(asker.subject);
    if (known !== undefined && known.until > this.clock.monotonic()) return known.limit;
    const asking = knowledge.asking.get(asker.subject) ?? this.#ask(policy, asker, knowledge);
    knowledge.asking.set(asker.subject, asking);
    return asking;
  }

  /** Asks the function; when it fails, goes on with what it said last. */
  async #ask(policy: DynamicPolicy, { subject, context }: LimitAsker, knowledge: Knowledge): Promise<number> {
    const { limits, asking } = knowledge;
    const remember = (limit: number, forMs: number) => {
      keep(limits, [subject, { limit, until: this.clock.monotonic() + forMs }], this.options.memorySubjects);
      return limit;
    };
    // A function that throws at once does so only when its asking is known, and can be forgotten.
    const ask = async () => policy.find(subject, context);
    try {
      return remember(checked(policy, await ask()), policy.limitTtlMs);
    } catch (cause) {
      const known = limits.get(subject);
      const error =
        cause instanceof RateLimitLimitError ? cause : new RateLimitLimitError(policy.name, cause);
      if (known === undefined) throw error;
      this.events.emit('suite:error', { where: 'finding a rate limit', error: toError(error) });
      return remember(known.limit, RETRY_MS);
    } finally {
      asking.delete(subject);
    }
  }
}

function checked({ name, algorithm }: DynamicPolicy, limit: unknown): number {
  if (isCount(limit) && (algorithm !== 'sliding-log' || limit <= MAX_LOG_LIMIT)) return limit;
  throw new RateLimitLimitError(name);
}

function keep<V>(map: Map<string, V>, [key, value]: readonly [string, V], most: number): void {
  map.delete(key);
  const oldest = map.size >= most ? map.keys().next() : null;
  if (oldest?.done === false) map.delete(oldest.value);
  map.set(key, value);
}
