import { Injectable } from '@nestjs/common';
import { SuiteEvents } from '../../common/events.js';
import { toError } from '../../common/errors.js';
import { InjectGateway, STATE_CONNECTION } from '../../connection/connection.tokens.js';
import type { LuaScript } from '../../connection/lua-script.js';
import type { RedisGateway } from '../../connection/redis-gateway.js';
import { DecisionDeadline } from './decision-deadline.js';
import type { LimitCall, WindowOutcome } from '../policies/limit-plan.js';
import '../rate-limit.events.js';
import { blockWindows, consumeCalls, outcomeReader } from './rate-limit.scripts.js';

/** Caps the calls of one script run: none holds the server up for long, and its own cost is shared. */
const MAX_BATCH = 32;

/**
 * Is how many runs may be under way before calls that do not fill one wait for an answer: with two the server decides
 * while this process handles what it has decided before.
 */
const ENOUGH_UNDER_WAY = 2;

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
 * A call goes out at once while the server decides nothing else: a single caller never waits. Those that come meanwhile
 * go out together, in one script run for each way of counting: when they fill it, else at the end of the turn of the event
 * loop, or with the next answer when enough is under way.
 *
 * @internal
 */
@Injectable()
export class RedisLimits {
  readonly #batches = new Map<LuaScript, Waiting[]>();
  #underWay = 0;
  #isScheduled = false;
  #isLost = false;
  readonly #flush = () => {
    this.#isScheduled = false;
    // The nodes of a cluster work side by side, each for calls of its own.
    if (this.#underWay >= ENOUGH_UNDER_WAY && this.redis.topology !== 'cluster') return;
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
    const waiting: Waiting = { call, settle };
    if (this.#underWay === 0 && !this.#isScheduled) {
      void this.#run(script, [waiting]);
      return;
    }
    const batch = this.#batches.get(script);
    if (batch === undefined) this.#batches.set(script, [waiting]);
    else if (batch.push(waiting) === MAX_BATCH) this.#send(script, batch);
    this.#schedule();
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

  #schedule(): void {
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    // Requests come one after the other in a turn of the event loop, each from a socket of its own.
    setImmediate(this.#flush);
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
    const stop = this.deadline.watch(() => {
      letGo();
      this.#letGoHeld();
    });
    this.#underWay++;
    try {
      const read = outcomeReader(await this.redis.run(consumeCalls(script, calls), { atOnce: true }));
      for (const waiting of batch) conclude(waiting, read(waiting.call));
    } catch (error) {
      this.events.emit('rate-limit:degraded', { error: toError(error) });
      letGo();
    } finally {
      this.#underWay--;
      stop();
      // Callers answered together are likely to call again together.
      if (batch.length > 1 || this.#batches.size > 0) this.#schedule();
    }
  }

  /** Lets go what has not gone out yet, when what went out before gets no answer. */
  #letGoHeld(): void {
    const batches = [...this.#batches.values()];
    this.#batches.clear();
    for (const waiting of batches.flat()) conclude(waiting, null);
  }
}

/** Passes on what comes first: an answer that is overdue comes in the end too. */
function conclude(waiting: Waiting, outcomes: WindowOutcome[] | null): void {
  const { settle } = waiting;
  waiting.settle = null;
  settle?.(outcomes);
}
