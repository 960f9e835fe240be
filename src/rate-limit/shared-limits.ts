import { Injectable } from '@nestjs/common';
import { Denials } from './denials.js';
import type { LimitCall, WindowOutcome } from './limit-plan.js';
import { RedisLimits } from './redis-limits.js';

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

  /** Decides one call; null when Redis cannot tell in time. */
  async decide(call: LimitCall): Promise<WindowOutcome[] | null> {
    if (call.cost <= 0) return this.onRedis.decide(call);
    const known = this.denials.recall(call);
    if (known !== null) return known;
    const before = this.denials.before();
    const outcomes = await this.onRedis.decide(call);
    if (outcomes !== null) this.denials.remember(call, outcomes, before);
    return outcomes;
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

  #release({ windows }: LimitCall): Promise<void> {
    return this.denials.release(windows.map(({ key }) => key));
  }
}
