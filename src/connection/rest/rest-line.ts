import { AwakeTimer } from '../../common/awake-timer.js';
import type { Clock } from '../../common/clock.js';
import type { SuiteEvents } from '../../common/events.js';
import { Availability } from '../availability.js';
import { fullJitter, type BackoffBounds } from '../backoff.js';
import { RedisAuthError, RedisUnavailableError, RedisUnsupportedError } from '../connection.errors.js';
import { isAway } from '../reply-errors.js';
import { BinaryArgumentError } from './rest-text.js';
import { RestFailure } from './rest-transport.js';

/** Bounds the pauses before something is sent again. */
const PAUSES: BackoffBounds = { baseMs: 25, capMs: 250 };

interface LineParts {
  readonly name: string;
  readonly commandTimeoutMs: number;
  /** Counts how often what may be repeated is sent again. */
  readonly retries: number;
  readonly events: SuiteEvents;
  readonly clock: Clock;
  /** Asks the server for a sign of life; an error reply is one. */
  readonly ping: (signal: AbortSignal) => Promise<void>;
}

/** Is one call: how it is told, and how it may be made. @internal */
export interface RestCall {
  /** Is the command's or script's name. */
  readonly command: string;
  /** Says whether it may be sent again although nobody knows whether it was executed. */
  readonly repeatable: boolean;
  readonly timeoutMs?: number | undefined;
}

/** Is how long a call took: for its caller, and of the time in which this process got to run. */
interface Took {
  readonly durationMs: number;
  readonly awakeMs: number;
}

/**
 * Lets calls out to a REST endpoint within their time limits, repeats those that may be, and records how they ended.
 *
 * @internal
 */
export class RestLine {
  readonly availability: Availability;
  readonly #parts: LineParts;
  readonly #timer: AwakeTimer;
  readonly #underWay = new Set<AbortController>();
  #stands = false;
  #closed = false;
  #onIdle = () => {};

  constructor(parts: LineParts) {
    this.#parts = parts;
    this.#timer = new AwakeTimer(parts.clock);
    this.availability = new Availability({
      connection: parts.name,
      events: parts.events,
      clock: parts.clock,
      probe: () => this.#ping(parts.commandTimeoutMs),
      onChange: () => {
        if (this.availability.state === 'down') this.#stands = false;
      },
    });
  }

  /** Waits for the endpoint's first answer, for `timeoutMs` at most. */
  async open(timeoutMs: number): Promise<void> {
    const { clock, commandTimeoutMs } = this.#parts;
    const untilMs = clock.monotonic() + timeoutMs;
    for (let attempt = 0; ; attempt++) {
      try {
        await this.#ping(Math.min(untilMs - clock.monotonic(), commandTimeoutMs));
        return;
      } catch (error) {
        const pauseMs = fullJitter(attempt, PAUSES);
        const isLast = this.#closed || clock.monotonic() + pauseMs >= untilMs;
        if (!isLast && error instanceof RedisUnavailableError) {
          await this.#pause(pauseMs);
          continue;
        }
        if (error instanceof RedisUnavailableError) this.availability.wentDown();
        throw error;
      }
    }
  }

  /** Lets what is under way end within `timeoutMs`, and aborts the rest; calls fail from now on. */
  async close(timeoutMs: number): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.availability.close();
    if (this.#underWay.size > 0) {
      let cancel = () => {};
      await new Promise<void>((resolve) => {
        this.#onIdle = resolve;
        cancel = this.#parts.clock.after(timeoutMs, resolve);
      });
      cancel();
    }
    for (const controller of this.#underWay) controller.abort();
  }

  /** Makes a call. Rejects with this library's errors only. */
  async call<T>(call: RestCall, issue: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const { clock, commandTimeoutMs, retries } = this.#parts;
    const startedAtMs = clock.monotonic();
    const awakeAtMs = this.#timer.nowMs;
    const took = () => ({
      durationMs: clock.monotonic() - startedAtMs,
      awakeMs: this.#timer.nowMs - awakeAtMs,
    });
    try {
      this.#assertUsable();
      const limitMs = Math.min(call.timeoutMs ?? commandTimeoutMs, commandTimeoutMs);
      const tries = call.repeatable ? 1 + retries : 1;
      const reply = await this.#within(limitMs, (signal) => this.#repeat(tries, signal, issue));
      this.#ended(call.command, took(), null);
      return reply;
    } catch (error) {
      const typed = this.#translate(error);
      this.#ended(call.command, took(), typed);
      throw typed;
    }
  }

  async #repeat<T>(
    tries: number,
    signal: AbortSignal,
    issue: (signal: AbortSignal) => Promise<T>,
  ): Promise<T> {
    for (let attempt = 1; ; attempt++) {
      try {
        return await issue(signal);
      } catch (error) {
        const isOver = attempt >= tries || signal.aborted;
        if (isOver || !(error instanceof RestFailure) || error.reason === 'unauthorized') throw error;
        await this.#pause(fullJitter(attempt - 1, PAUSES), signal);
      }
    }
  }

  async #within<T>(limitMs: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
    const controller = new AbortController();
    const cancel = this.#timer.after(limitMs, () => controller.abort());
    this.#underWay.add(controller);
    try {
      return await work(controller.signal);
    } finally {
      cancel();
      this.#underWay.delete(controller);
      if (this.#underWay.size === 0) this.#onIdle();
    }
  }

  #pause(delayMs: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const cancel = this.#parts.clock.after(delayMs, resolve);
      signal?.addEventListener(
        'abort',
        () => {
          cancel();
          resolve();
        },
        { once: true },
      );
    });
  }

  /** A refusal that concerns only this command is a sign of life too. */
  async #ping(limitMs: number): Promise<void> {
    try {
      await this.#within(limitMs, this.#parts.ping);
    } catch (error) {
      const typed = this.#translate(error);
      if (servesNothing(typed)) throw typed;
    }
    this.#answered();
  }

  #assertUsable(): void {
    const { name } = this.#parts;
    if (this.#closed) throw new RedisUnavailableError(name, 'closed');
    if (this.availability.state === 'down') throw new RedisUnavailableError(name, 'disconnected');
  }

  #ended(command: string, { durationMs, awakeMs }: Took, error: Error | null): void {
    const { events, name } = this.#parts;
    if (error !== null && servesNothing(error)) this.availability.failed();
    else {
      this.availability.succeeded(awakeMs);
      this.#answered();
    }
    if (!events.has('connection:command')) return;
    events.emit('connection:command', { connection: name, command, durationMs, failed: error !== null });
  }

  #answered(): void {
    if (this.#stands) return;
    this.#stands = true;
    this.#parts.events.emit('connection:connected', { connection: this.#parts.name });
  }

  #translate(error: unknown): Error {
    const { name, events } = this.#parts;
    if (error instanceof BinaryArgumentError)
      return new RedisUnsupportedError(name, 'carry an argument whose bytes are no UTF-8 text');
    if (!(error instanceof RestFailure)) return error as Error;
    const { reason, message } = error;
    if (this.#closed) return new RedisUnavailableError(name, 'closed');
    if (reason !== 'timeout') events.emit('connection:error', { connection: name, message });
    return reason === 'unauthorized'
      ? new RedisAuthError(name, message, 'its token (REDIS_REST_TOKEN)')
      : new RedisUnavailableError(name, reason);
  }
}

function servesNothing(error: Error): boolean {
  return error instanceof RedisAuthError || isAway(error);
}
