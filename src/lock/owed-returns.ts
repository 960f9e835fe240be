import type { Cancel, Clock } from '../common/clock.js';
import type { SuiteEvents } from '../common/events.js';
import { fullJitter } from '../connection/backoff.js';
import type { RedisGateway } from '../connection/redis-gateway.js';
import { isWorthRepeating } from '../connection/worth-repeating.js';
import type { Returned } from './lock.scripts.js';

/** Bounds what is remembered; the rest ends with its lease. */
const MAX_OWED = 1_000;
const RETRY = { baseMs: 50, capMs: 1_000 };

interface OwedDeps {
  readonly redis: Pick<RedisGateway, 'name' | 'availability'>;
  readonly events: SuiteEvents;
  readonly clock: Clock;
  /** Gives a claim back, and owes it again when that fails. */
  readonly giveBack: (claim: Returned) => Promise<unknown>;
}

interface Owed {
  readonly claim: Returned;
  /** Is when its lease has ended, on the monotonic clock. */
  readonly untilMs: number;
  isOnItsWay: boolean;
}

/**
 * Gives back what could not be given back: as soon as the server answers again, and now and then while the connection
 * stands, since one lost master of a cluster is noticed by some keys only. An acquisition that was on its way to a frozen
 * server is carried out when that goes on, and nobody would have the lock until its lease ends.
 *
 * @internal
 */
export class OwedReturns {
  readonly #deps: OwedDeps;
  readonly #owed = new Map<string, Owed>();
  readonly #cancels: readonly Cancel[];
  #cancelRetry: Cancel | null = null;
  #tries = 0;

  constructor(deps: OwedDeps) {
    this.#deps = deps;
    const { events } = deps;
    this.#cancels = [
      events.on('connection:availability', ({ connection, state }) =>
        this.#onAnswers(connection, state !== 'down'),
      ),
      events.on('connection:connected', ({ connection }) => this.#onAnswers(connection, true)),
    ];
  }

  /** Remembers a claim that could not be given back, unless the server refused it, as it would once more. */
  owe(claim: Returned, error: unknown): void {
    if (!isWorthRepeating(error)) {
      this.#owed.delete(claim.token);
      return;
    }
    if (!this.#owed.has(claim.token)) this.#remember(claim);
    this.#retryLater();
  }

  /** Stops listening, and trying. */
  close(): void {
    for (const cancel of this.#cancels) cancel();
    this.#cancelRetry?.();
  }

  #remember(claim: Returned): void {
    if (this.#owed.size >= MAX_OWED) this.#forgetEnded();
    if (this.#owed.size >= MAX_OWED) return;
    const untilMs = this.#deps.clock.monotonic() + claim.ttlMs;
    this.#owed.set(claim.token, { claim, untilMs, isOnItsWay: false });
  }

  /** While the server is known to be away, its return is told. */
  #retryLater(): void {
    const { clock, redis } = this.#deps;
    if (this.#cancelRetry !== null || redis.availability.state === 'down') return;
    this.#cancelRetry = clock.after(fullJitter(this.#tries++, RETRY), () => {
      this.#cancelRetry = null;
      this.#forgetEnded();
      this.#settle();
    });
  }

  #forgetEnded(): void {
    const nowMs = this.#deps.clock.monotonic();
    for (const [token, { untilMs, isOnItsWay }] of this.#owed)
      if (nowMs >= untilMs && !isOnItsWay) this.#owed.delete(token);
  }

  #onAnswers(connection: string, answers: boolean): void {
    if (connection === this.#deps.redis.name && answers) this.#settle();
  }

  #settle(): void {
    for (const owed of this.#owed.values()) if (!owed.isOnItsWay) void this.#giveBack(owed);
  }

  async #giveBack(owed: Owed): Promise<void> {
    owed.isOnItsWay = true;
    const { claim } = owed;
    // What fails is owed again, and was told when it failed first.
    const isBack = await this.#deps.giveBack(claim).then(
      () => true,
      () => false,
    );
    owed.isOnItsWay = false;
    if (!isBack) return;
    this.#owed.delete(claim.token);
    this.#tries = 0;
  }
}
