import { Inject, Injectable } from '@nestjs/common';
import type { Clock } from '../common/clock.js';
import { InjectClock } from '../connection/connection.tokens.js';
import { RATE_LIMIT_MODULE_OPTIONS } from './rate-limit.constants.js';
import type { ResolvedRateLimitOptions } from './rate-limit.options.js';

/**
 * Watches that decisions do not wait for Redis beyond `decisionTimeout`.
 *
 * @internal
 */
@Injectable()
export class DecisionDeadline {
  #overdue = 0;

  constructor(
    @InjectClock() private readonly clock: Clock,
    @Inject(RATE_LIMIT_MODULE_OPTIONS) private readonly options: ResolvedRateLimitOptions,
  ) {}

  /** Tells whether an answer is overdue and still out: as long as it is, asking again would be another wait. */
  get isMissed(): boolean {
    return this.#overdue > 0;
  }

  /**
   * Calls `expire` once the time is up, unless the function returned is called before, as it must be in the end.
   *
   * A process that was busy may find the answer in its socket only after its timers have run, so it is given one more
   * turn of the event loop.
   */
  watch(expire: () => void): () => void {
    let isOverdue = false;
    let isOver = false;
    const onTime = () => {
      if (isOver) return;
      isOverdue = true;
      this.#overdue++;
      expire();
    };
    const cancel = this.clock.after(this.options.decisionTimeoutMs, () => setImmediate(onTime));
    return () => {
      isOver = true;
      cancel();
      if (isOverdue) this.#overdue--;
    };
  }
}
