import { Inject, Injectable } from '@nestjs/common';
import type { Clock } from '../../common/clock.js';
import { InjectClock } from '../../connection/connection.tokens.js';
import type { Trial } from '../algorithms/algorithm.js';
import type { KeyedWindow, WindowOutcome } from '../policies/limit-plan.js';
import { RATE_LIMIT_MODULE_OPTIONS } from '../rate-limit.constants.js';
import type { ResolvedRateLimitOptions } from '../rate-limit.options.js';

/** Is what the process knows of one window of one subject; times in microseconds. */
interface Memory {
  readonly letter: string;
  readonly state: unknown;
  readonly blockedUntil: number;
  /** Counts the blocks that choose the next, until they are forgotten. */
  readonly offences: { readonly count: number; readonly until: number };
}

const NO_OFFENCES = { count: 0, until: 0 };

/** Is one call at one moment. */
interface Moment {
  readonly now: number;
  readonly cost: number;
}

interface Look {
  readonly window: KeyedWindow;
  readonly known: Memory;
  readonly trial: Trial<unknown>;
}

/**
 * Decides calls in this process by the same algorithms, for as long as Redis is away: each instance then counts for
 * itself. Bounded by `memorySubjects`; beyond, the windows counted longest ago are forgotten.
 *
 * @internal
 */
@Injectable()
export class MemoryLimits {
  readonly #known = new Map<string, Memory>();

  constructor(
    @InjectClock() private readonly clock: Clock,
    @Inject(RATE_LIMIT_MODULE_OPTIONS) private readonly options: ResolvedRateLimitOptions,
  ) {}

  /** Decides one call: all its windows count it, or none does. */
  decide(windows: readonly KeyedWindow[], cost: number): WindowOutcome[] {
    const moment = { now: this.#now(), cost };
    const looks = windows.map((window) => this.#look(window, moment));
    const isCounted = cost !== 0 && looks.every(({ trial }) => trial.allowed);
    return looks.map((look) =>
      outcome(look, isCounted ? this.#count(look, moment) : this.#refuse(look, moment)),
    );
  }

  /** Forgets windows. */
  forget(keys: readonly string[]): void {
    for (const key of keys) this.#known.delete(key);
  }

  /** Refuses all calls of windows for `blockMs`; 0 lifts it. */
  block(windows: readonly KeyedWindow[], blockMs: number): void {
    const now = this.#now();
    for (const window of windows) {
      this.#keep(window, { ...this.#recall(window), blockedUntil: now + blockMs * 1_000 }, now);
    }
  }

  #now(): number {
    return Math.floor(this.clock.monotonic() * 1_000);
  }

  #recall({ key, algorithm: { letter } }: KeyedWindow): Memory {
    const found = this.#known.get(key);
    return {
      letter,
      state: found?.letter === letter ? found.state : null,
      blockedUntil: found?.blockedUntil ?? 0,
      offences: found?.offences ?? NO_OFFENCES,
    };
  }

  #look(window: KeyedWindow, { now, cost }: Moment): Look {
    const known = this.#recall(window);
    const isBlocked = cost >= 0 && known.blockedUntil > now;
    const tried = cost === 0 ? 1 : cost;
    const trial = attempt(window, known, { now, cost: isBlocked ? 0 : tried });
    if (!isBlocked) return { window, known, trial };
    const retry = known.blockedUntil - now;
    const reset = Math.max(trial.reset, retry);
    return { window, known, trial: { ...trial, allowed: false, remaining: 0, reset, retry } };
  }

  #count({ window, known, trial }: Look, { now }: Moment): Trial<unknown> {
    this.#keep(window, { ...known, state: trial.state }, now);
    return trial;
  }

  /** Answers how a window stands that does not count the call, and begins a block if the call exceeded it. */
  #refuse({ window, known, trial }: Look, { now, cost }: Moment): Trial<unknown> {
    const { blocksMs, forgiveMs } = window.policy;
    if (trial.allowed) return attempt(window, known, { now, cost: 0 });
    if (cost <= 0 || blocksMs.length === 0 || known.blockedUntil > now) return trial;
    const before = known.offences.until > now ? known.offences.count : 0;
    const count = Math.min(before + 1, blocksMs.length);
    const block = (blocksMs[count - 1] ?? 0) * 1_000;
    const state = block < trial.reset ? known.state : null;
    const blockedUntil = now + block;
    const offences = blocksMs.length < 2 ? NO_OFFENCES : { count, until: blockedUntil + forgiveMs * 1_000 };
    this.#keep(window, { ...known, state, blockedUntil, offences }, now);
    const [reset, retry] = [Math.max(trial.reset, block), Math.max(trial.retry, block)];
    return { ...trial, remaining: 0, reset, retry };
  }

  #keep({ key }: KeyedWindow, memory: Memory, now: number): void {
    this.#known.delete(key);
    if (memory.state === null && Math.max(memory.blockedUntil, memory.offences.until) <= now) return;
    const oldest = this.#known.size >= this.options.memorySubjects ? this.#known.keys().next() : null;
    if (oldest?.done === false) this.#known.delete(oldest.value);
    this.#known.set(key, memory);
  }
}

function attempt({ algorithm, shape }: KeyedWindow, { state }: Memory, moment: Moment): Trial<unknown> {
  return algorithm.decide(state, moment, shape);
}

function outcome(
  { window, trial: { allowed } }: Look,
  { remaining, reset, retry }: Trial<unknown>,
): WindowOutcome {
  return {
    policy: window.policy,
    allowed,
    remaining,
    resetMs: Math.ceil(reset / 1_000),
    retryAfterMs: Math.ceil(retry / 1_000),
  };
}
