import { Inject, Injectable } from '@nestjs/common';
import type { Clock } from '../common/clock.js';
import { InjectClock } from '../connection/connection.tokens.js';
import { RATE_LIMIT_MODULE_OPTIONS } from './rate-limit.constants.js';
import type { ResolvedRateLimitOptions } from './rate-limit.options.js';

/** Is what waits for an answer. */
interface Watched {
  /** Is by the monotonic clock. */
  readonly dueAt: number;
  readonly expire: () => void;
}

/**
 * Watches that decisions do not wait for Redis beyond `decisionTimeout`.
 *
 * @internal
 */
@Injectable()
export class DecisionDeadline {
  /** Holds what is not due yet, the next to be due first: all wait equally long. */
  readonly #waiting = new Set<Watched>();
  readonly #overdue = new Set<Watched>();
  /** One timer serves all, and goes on when there is nothing to watch: most answers come long before it. */
  #isTicking = false;

  constructor(
    @InjectClock() private readonly clock: Clock,
    @Inject(RATE_LIMIT_MODULE_OPTIONS) private readonly options: ResolvedRateLimitOptions,
  ) {}

  /** Tells whether an answer is overdue and still out: as long as it is, asking again would be another wait. */
  get isMissed(): boolean {
    return this.#overdue.size > 0;
  }

  /** Calls `expire` once the time is up, unless the function returned is called before, as it must be in the end. */
  watch(expire: () => void): () => void {
    const { decisionTimeoutMs } = this.options;
    const watched = { dueAt: this.clock.monotonic() + decisionTimeoutMs, expire };
    this.#waiting.add(watched);
    if (!this.#isTicking) this.#tickAfter(decisionTimeoutMs);
    return () => {
      this.#waiting.delete(watched);
      this.#overdue.delete(watched);
    };
  }

  #tickAfter(delayMs: number): void {
    this.#isTicking = true;
    this.clock.after(delayMs, () => {
      this.#isTicking = false;
      // A process that was busy may find the answers in its socket only after its timers have run.
      setImmediate(() => this.#expireDue());
      const [next] = this.#waiting;
      if (next !== undefined) this.#tickAfter(Math.max(1, next.dueAt - this.clock.monotonic()));
    });
  }

  #expireDue(): void {
    const now = this.clock.monotonic();
    for (const watched of this.#waiting) {
      if (watched.dueAt > now) return;
      this.#waiting.delete(watched);
      this.#overdue.add(watched);
      watched.expire();
    }
  }
}
