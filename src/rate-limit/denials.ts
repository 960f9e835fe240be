import { Inject, Injectable } from '@nestjs/common';
import type { Clock } from '../common/clock.js';
import { InjectClock } from '../connection/connection.tokens.js';
import type { LimitCall, LimitPlan, WindowOutcome } from './limit-plan.js';
import { RATE_LIMIT_MODULE_OPTIONS } from './rate-limit.constants.js';
import type { ResolvedRateLimitOptions } from './rate-limit.options.js';
import { ReleaseChannel, type ReleaseListener } from './release-channel.js';
import { tightestFirst } from './verdict.js';

/** Is how long a denial goes without asking Redis, in milliseconds: what a lost message can cost. */
const MAX_AGE_MS = 10_000;

interface Denial {
  readonly plan: LimitPlan;
  readonly cost: number;
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
  /** Holds each denial under the key of the window that lasts longest. */
  readonly #known = new Map<string, Denial>();
  #releases = 0;

  constructor(
    @InjectClock() private readonly clock: Clock,
    @Inject(RATE_LIMIT_MODULE_OPTIONS) private readonly options: ResolvedRateLimitOptions,
    private readonly channel: ReleaseChannel,
  ) {}

  /** Returns what a call is told that was refused before; null when Redis must be asked. */
  recall({ plan, windows, cost }: LimitCall): WindowOutcome[] | null {
    if (this.#known.size === 0) return null;
    const now = this.clock.monotonic();
    for (const { key } of windows) {
      const denial = this.#known.get(key);
      if (denial?.until !== undefined && denial.until <= now) this.#known.delete(key);
      else if (denial?.plan === plan && denial.cost === cost)
        return aged(denial, Math.floor(now - denial.at));
    }
    return null;
  }

  /** Looks at the clock, and at what was released so far, before a call is sent. */
  before(): BeforeCall {
    return { at: this.clock.monotonic(), releases: this.#releases };
  }

  /** Remembers the refusal of a call, unless somebody was released while it was under way. */
  remember({ plan, windows, cost }: LimitCall, outcomes: readonly WindowOutcome[], before: BeforeCall): void {
    const [tightest] = tightestFirst(outcomes);
    const key = windows.find(({ policy }) => policy === tightest?.policy)?.key;
    if (key === undefined || tightest === undefined || tightest.allowed) return;
    if (!this.channel.hears(this) || before.releases !== this.#releases) return;
    const until = before.at + Math.min(tightest.retryAfterMs, MAX_AGE_MS);
    this.#known.delete(key);
    const oldest = this.#known.size >= this.options.memorySubjects ? this.#known.keys().next() : null;
    if (oldest?.done === false) this.#known.delete(oldest.value);
    this.#known.set(key, { plan, cost, outcomes, at: before.at, until });
  }

  /** Forgets windows here, then has all instances forget them. @throws {RedisUnavailableError} when Redis is away. */
  async release(keys: readonly string[]): Promise<void> {
    this.onRelease(keys);
    await this.channel.tell(keys);
  }

  onRelease(keys: readonly string[]): void {
    this.#releases++;
    for (const key of keys) this.#known.delete(key);
  }

  onGap(): void {
    this.#releases++;
    this.#known.clear();
  }
}

function aged({ outcomes }: Denial, ageMs: number): WindowOutcome[] {
  return outcomes.map((outcome) => ({
    ...outcome,
    resetMs: Math.max(0, outcome.resetMs - ageMs),
    retryAfterMs: Math.max(0, outcome.retryAfterMs - ageMs),
  }));
}
