import { Injectable } from '@nestjs/common';
import { SuiteEvents } from '../common/events.js';
import { toError } from '../common/errors.js';
import { InjectGateway, STATE_CONNECTION } from '../connection/connection.tokens.js';
import type { RedisGateway } from '../connection/redis-gateway.js';
import { DecisionDeadline } from './decision-deadline.js';
import type { LimitCall, WindowOutcome } from './limit-plan.js';
import './rate-limit.events.js';
import { blockWindows, consumeCalls, outcomeReader } from './rate-limit.scripts.js';

/** Caps the calls of one script run, so that it never holds up the server for long. */
const MAX_BATCH = 64;

interface Waiting {
  readonly call: LimitCall;
  readonly resolve: (outcomes: WindowOutcome[] | null) => void;
}

/**
 * Counts calls on Redis and decides them within a bounded time.
 *
 * Calls of one moment go out together, in one script run: at once when none is under way, so that a single caller
 * never waits, else at the end of the event loop's turn.
 *
 * @internal
 */
@Injectable()
export class RedisLimits {
  #waiting: Waiting[] = [];
  #underWay = 0;

  constructor(
    @InjectGateway(STATE_CONNECTION) private readonly redis: RedisGateway,
    private readonly deadline: DecisionDeadline,
    private readonly events: SuiteEvents,
  ) {}

  /** Decides one call; null when Redis cannot tell in time. */
  decide(call: LimitCall): Promise<WindowOutcome[] | null> {
    if (this.deadline.isMissed || this.redis.availability.state === 'down') return Promise.resolve(null);
    return new Promise((resolve) => {
      const count = this.#waiting.push({ call, resolve });
      if (count === MAX_BATCH) this.#flush();
      else if (count === 1) this.#schedule();
    });
  }

  /** Gives back what a call of negative cost says. @throws {RedisUnavailableError} when Redis is away. */
  async refund(call: LimitCall): Promise<void> {
    await this.redis.run(consumeCalls([call]));
  }

  /** Forgets the windows of a call. @throws {RedisUnavailableError} when Redis is away. */
  async reset({ windows }: LimitCall): Promise<void> {
    await this.redis.send(['UNLINK', ...windows.map(({ key }) => key)]);
  }

  /** Blocks the windows of a call for `blockMs`; 0 lifts it. @throws {RedisUnavailableError} when Redis is away. */
  async block(call: LimitCall, blockMs: number): Promise<void> {
    await this.redis.run(blockWindows(call, blockMs));
  }

  #schedule(): void {
    // nextTick runs once all that is ready to go on has done so, and those may be callers too.
    if (this.#underWay === 0) process.nextTick(() => this.#flush());
    else setImmediate(() => this.#flush());
  }

  #flush(): void {
    const batch = this.#waiting;
    this.#waiting = [];
    for (const group of this.#bySlot(batch)) void this.#run(group);
  }

  #bySlot(batch: Waiting[]): Waiting[][] {
    if (this.redis.topology !== 'cluster') return batch.length === 0 ? [] : [batch];
    const byKey = new Map<string, Waiting[]>();
    for (const waiting of batch) {
      const key = waiting.call.windows[0]?.key ?? '';
      byKey.set(key, [...(byKey.get(key) ?? []), waiting]);
    }
    return this.redis.groupKeys([...byKey.keys()]).map((keys) => keys.flatMap((key) => byKey.get(key) ?? []));
  }

  async #run(batch: readonly Waiting[]): Promise<void> {
    const letGo = () => {
      for (const { resolve } of batch) resolve(null);
    };
    const stop = this.deadline.watch(letGo);
    this.#underWay++;
    try {
      const read = outcomeReader(await this.redis.run(consumeCalls(batch.map(({ call }) => call))));
      for (const { call, resolve } of batch) resolve(read(call));
    } catch (error) {
      this.events.emit('rate-limit:degraded', { error: toError(error) });
      letGo();
    } finally {
      this.#underWay--;
      stop();
    }
  }
}
