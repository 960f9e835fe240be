import { Inject, Injectable } from '@nestjs/common';
import type { Clock } from '../../common/clock.js';
import { InjectClock } from '../../connection/connection.tokens.js';
import type { LimitCall, LimitPlan, WindowOutcome } from '../policies/limit-plan.js';
import { RATE_LIMIT_MODULE_OPTIONS } from '../rate-limit.constants.js';
import type { ResolvedRateLimitOptions } from '../rate-limit.options.js';
import { ReleaseChannel, type ReleaseListener } from './release-channel.js';
import { tightestFirst } from './verdict.js';

/** Is how long a denial goes without asking Redis, in milliseconds: what a lost message can cost. */
const MAX_AGE_MS = 10_000;

interface Denial {
  readonly call: LimitCall;
  /** Is that of the window that lasts longest. */
  readonly key: string;
  readonly outcomes: readonly WindowOutcome[];
  /** Is when the call was made, by the monotonic clock. */
  readonly at: number;
  readonly until: number;
}

/** Is a moment before a call is sent. @internal */
export interface BeforeCall {
  readonly at: number;
  readonly releases: number;
}

/**
 * Remembers what Redis has refused, and answers the same call without it: only time can make room again, unless
 * somebody gives back, resets or unblocks, of which every instance hears. Bounded by `memorySubjects`; the oldest go
 * first.
 *
 * @internal
 */
@Injectable()
export class Denials implements ReleaseListener {
  /** Holds them as they are released, the oldest first. */
  readonly #byKey = new Map<string, Denial>();
  /** Holds the same as they are asked for. */
  readonly #bySubject = new WeakMap<LimitPlan, Map<string, Denial>>();
  #releases = 0;

  constructor(
    @InjectClock() private readonly clock: Clock,
    @Inject(RATE_LIMIT_MODULE_OPTIONS) private readonly options: ResolvedRateLimitOptions,
    private readonly channel: ReleaseChannel,
  ) {}

  /** Returns what a call is told that was refused before; null when Redis must be asked. */
  recall({ plan, subject, cost }: LimitCall): readonly WindowOutcome[] | null {
    const denial = this.#bySubject.get(plan)?.get(subject);
    if (denial === undefined) return null;
    const now = this.clock.monotonic();
    if (denial.until > now)
      return denial.call.cost === cost ? aged(denial, Math.floor(now - denial.at)) : null;
    this.#forget(denial);
    return null;
  }

  /** Looks at the clock, and at what was released so far, before a call is sent. */
  before(): BeforeCall {
    return { at: this.clock.monotonic(), releases: this.#releases };
  }

  /** Remembers the refusal of a call, unless somebody was released while it was under way. */
  remember(call: LimitCall, outcomes: readonly WindowOutcome[], { at, releases }: BeforeCall): void {
    const [tightest] = tightestFirst(outcomes);
    if (tightest === undefined || tightest.allowed) return;
    if (!this.channel.hears(this) || releases !== this.#releases) return;
    const key = call.keys[call.plan.windows.findIndex(({ policy }) => policy === tightest.policy)] ?? '';
    const until = at + Math.min(tightest.retryAfterMs, MAX_AGE_MS);
    this.#keep({ call, key, outcomes, at, until });
  }

  /** Forgets windows here, then has all instances forget them. @throws {RedisUnavailableError} when Redis is away. */
  async release(keys: readonly string[]): Promise<void> {
    this.onRelease(keys);
    await this.channel.tell(keys);
  }

  onRelease(keys: readonly string[]): void {
    this.#releases++;
    for (const key of keys) this.#forget(this.#byKey.get(key));
  }

  onGap(): void {
    this.#releases++;
    for (const denial of this.#byKey.values()) this.#forget(denial);
  }

  #keep(denial: Denial): void {
    const { call, key } = denial;
    const ofPlan = this.#bySubject.get(call.plan) ?? new Map<string, Denial>();
    this.#forget(this.#byKey.get(key));
    this.#forget(ofPlan.get(call.subject));
    if (this.#byKey.size >= this.options.memorySubjects) {
      const [oldest] = this.#byKey.values();
      this.#forget(oldest);
    }
    this.#byKey.set(key, denial);
    this.#bySubject.set(call.plan, ofPlan.set(call.subject, denial));
  }

  #forget(denial: Denial | undefined): void {
    if (denial === undefined) return;
    this.#byKey.delete(denial.key);
    this.#bySubject.get(denial.call.plan)?.delete(denial.call.subject);
  }
}

function aged({ outcomes }: Denial, ageMs: number): WindowOutcome[] {
  return outcomes.map(({ policy, allowed, remaining, resetMs, retryAfterMs }) => ({
    policy,
    allowed,
    remaining,
    resetMs: Math.max(0, resetMs - ageMs),
    retryAfterMs: Math.max(0, retryAfterMs - ageMs),
  }));
}
