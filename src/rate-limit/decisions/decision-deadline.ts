import { Inject, Injectable } from '@nestjs/common';
import type { Clock } from '../../common/clock.js';
import { InjectClock } from '../../connection/connection.tokens.js';
import { RATE_LIMIT_MODULE_OPTIONS } from '../rate-limit.constants.js';
import type { ResolvedRateLimitOptions } from '../rate-limit.options.js';

/** Is how much later than asked a timer may call, and the turn of the event loop after it, in milliseconds. */
const LATE_MS = 2;

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
  readonly #limitMs: number;

  constructor(
    @InjectClock() private readonly clock: Clock,
    @Inject(RATE_LIMIT_MODULE_OPTIONS) { decisionTimeoutMs }: ResolvedRateLimitOptions,
  ) {
    this.#limitMs = Math.max(1, decisionTimeoutMs - LATE_MS);
  }

  /** Tells whether an answer is overdue and still out: as long as it is, asking again would be another wait. */
  get isMissed(): boolean {
    return this.#overdue.size > 0;
  }

  /** Calls `expire` once the time is up, unless the function returned is called before, as it must be in the end. */
  watch(expire: () => void): () => void {
    const watched = { dueAt: this.clock.monotonic() + this.#limitMs, expire };
    this.#waiting.add(watched);
    if (!this.#isTicking) this.#tickAfter(this.#limitMs);
    return () => {
      this.#waiting.delete(watched);
      this.#overdue.delete(watched);
    };
  }

  /** Calls `expire` of all that is waited for, now that no answer will come. */
  expireAll(): void {
    for (const { expire } of this.#waiting) expire();
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
