import { Injectable } from '@nestjs/common';
import { Denials } from './denials.js';
import type { LimitCall, WindowOutcome } from '../policies/limit-plan.js';
import { RedisLimits, type Settle } from './redis-limits.js';

/**
 * Counts calls as all instances share them: on Redis, but for calls that it has refused already.
 *
 * @internal
 */
@Injectable()
export class SharedLimits {
  constructor(
    private readonly onRedis: RedisLimits,
    private readonly denials: Denials,
  ) {}

  /** Returns what a call is told that was refused before; null when Redis must be asked. */
  recall(call: LimitCall): readonly WindowOutcome[] | null {
    return call.cost > 0 ? this.denials.recall(call) : null;
  }

  /** Decides one call on Redis; tells null when Redis cannot tell in time. */
  decide(call: LimitCall, settle: Settle): void {
    if (call.cost <= 0) {
      this.onRedis.decide(call, settle);
      return;
    }
    const before = this.denials.before();
    this.onRedis.decide(call, (outcomes) => {
      if (outcomes !== null) this.denials.remember(call, outcomes, before);
      settle(outcomes);
    });
  }

  /** Gives back what a call of negative cost says. @throws {RedisUnavailableError} when Redis is away. */
  async refund(call: LimitCall): Promise<void> {
    await this.onRedis.refund(call);
    await this.#release(call);
  }

  /** Forgets the windows of a call. @throws {RedisUnavailableError} when Redis is away. */
  async reset(call: LimitCall): Promise<void> {
    await this.onRedis.reset(call);
    await this.#release(call);
  }

  /** Blocks the windows of a call for `blockMs`; 0 lifts it. @throws {RedisUnavailableError} when Redis is away. */
  async block(call: LimitCall, blockMs: number): Promise<void> {
    await this.onRedis.block(call, blockMs);
    await this.#release(call);
  }

  #release({ keys }: LimitCall): Promise<void> {
    return this.denials.release(keys);
  }
}
