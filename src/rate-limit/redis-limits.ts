import { Injectable } from '@nestjs/common';
import { SuiteEvents } from '../common/events.js';
import { toError } from '../common/errors.js';
import { InjectGateway, STATE_CONNECTION } from '../connection/connection.tokens.js';
import type { LuaScript } from '../connection/lua-script.js';
import type { RedisGateway } from '../connection/redis-gateway.js';
import { DecisionDeadline } from './decision-deadline.js';
import type { LimitCall, WindowOutcome } from './limit-plan.js';
import './rate-limit.events.js';
import { blockWindows, consumeCalls, outcomeReader } from './rate-limit.scripts.js';

/**
 * Caps the calls of one script run. Small enough that of many callers some are answered while the server decides for the
 * others, and that no run holds it up for long; large enough that a run's own cost is shared.
 */
const MAX_BATCH = 32;

/** Takes what Redis decided; null when it could not tell in time. @internal */
export type Settle = (outcomes: WindowOutcome[] | null) => void;

interface Waiting {
  readonly call: LimitCall;
  /** Is null once it was called. */
  settle: Settle | null;
}

/**
 * Counts calls on Redis and decides them within a bounded time; at once without it while its connection is lost.
 *
 * Calls of one turn of the event loop go out together at its end, in one script run for each way of counting. A single
 * caller does not wait for that: there is nothing else to end.
 *
 * @internal
 */
@Injectable()
export class RedisLimits {
  readonly #batches = new Map<LuaScript, Waiting[]>();
  #isScheduled = false;
  #isLost = false;
  readonly #flush = () => {
    this.#isScheduled = false;
    for (const [script, batch] of this.#batches) this.#send(script, batch);
  };

  constructor(
    @InjectGateway(STATE_CONNECTION) private readonly redis: RedisGateway,
    private readonly deadline: DecisionDeadline,
    private readonly events: SuiteEvents,
  ) {
    events.on('connection:closed', ({ connection }) => {
      if (connection !== redis.name) return;
      this.#isLost = true;
      deadline.expireAll();
    });
    events.on('connection:connected', ({ connection }) => {
      if (connection === redis.name) this.#isLost = false;
    });
  }

  /** Decides one call; `settle` is called once, at once if Redis is known to be away. */
  decide(call: LimitCall, settle: Settle): void {
    if (this.#isLost || this.deadline.isMissed || this.redis.availability.state === 'down') {
      settle(null);
      return;
    }
    const { script } = call.plan;
    const batch = this.#batches.get(script);
    if (batch === undefined) this.#batches.set(script, [{ call, settle }]);
    else if (batch.push({ call, settle }) === MAX_BATCH) this.#send(script, batch);
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    // Requests come one after the other in a turn of the event loop, each from a socket of its own.
    setImmediate(this.#flush);
  }

  /** Gives back what a call of negative cost says. @throws {RedisUnavailableError} when Redis is away. */
  async refund(call: LimitCall): Promise<void> {
    await this.redis.run(consumeCalls(call.plan.script, [call]));
  }

  /** Forgets the windows of a call. @throws {RedisUnavailableError} when Redis is away. */
  async reset({ keys }: LimitCall): Promise<void> {
    await this.redis.send(['UNLINK', ...keys]);
  }

  /** Blocks the windows of a call for `blockMs`; 0 lifts it. @throws {RedisUnavailableError} when Redis is away. */
  async block(call: LimitCall, blockMs: number): Promise<void> {
    await this.redis.run(blockWindows(call, blockMs));
  }

  #send(script: LuaScript, batch: readonly Waiting[]): void {
    this.#batches.delete(script);
    for (const group of this.#bySlot(batch)) void this.#run(script, group);
  }

  #bySlot(batch: readonly Waiting[]): (readonly Waiting[])[] {
    if (this.redis.topology !== 'cluster') return [batch];
    const byKey = new Map<string, Waiting[]>();
    for (const waiting of batch) {
      const key = waiting.call.keys[0] ?? '';
      byKey.set(key, [...(byKey.get(key) ?? []), waiting]);
    }
    return this.redis.groupKeys([...byKey.keys()]).map((keys) => keys.flatMap((key) => byKey.get(key) ?? []));
  }

  async #run(script: LuaScript, batch: readonly Waiting[]): Promise<void> {
    const calls = batch.map(({ call }) => call);
    const letGo = () => {
      for (const waiting of batch) conclude(waiting, null);
    };
    const stop = this.deadline.watch(letGo);
    try {
      const read = outcomeReader(await this.redis.run(consumeCalls(script, calls)));
      for (const waiting of batch) conclude(waiting, read(waiting.call));
    } catch (error) {
      this.events.emit('rate-limit:degraded', { error: toError(error) });
      letGo();
    } finally {
      stop();
    }
  }
}

/** Passes on what comes first: an answer that is overdue comes in the end too. */
function conclude(waiting: Waiting, outcomes: WindowOutcome[] | null): void {
  const { settle } = waiting;
  waiting.settle = null;
  settle?.(outcomes);
}
