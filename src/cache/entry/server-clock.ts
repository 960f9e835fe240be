import type { Clock } from '../../common/clock.js';
import type { RedisGateway } from '../../connection/redis-gateway.js';

/** Bounds how far the clocks can have drifted apart when the server is asked again. */
const GOOD_FOR_MS = 60_000;
/** Bounds how often a server that does not answer is asked. */
const RETRY_MS = 1_000;

interface ServerClockParts {
  readonly redis: RedisGateway;
  readonly clock: Clock;
  /** Is told when the server does not tell the time. */
  readonly onError: (error: unknown) => void;
}

/**
 * Tells the time by the server's clock, the only one that all processes share: asked for once a minute at most, and
 * carried on in between by this process' own steady clock. What is left between two processes is the time an answer
 * takes, so clocks that are set wrong do not matter.
 *
 * @internal
 */
export class ServerClock {
  readonly #parts: ServerClockParts;
  /** Is what the server's clock is ahead of the steady one; null until it has told. */
  #aheadMs: number | null = null;
  #nextAt = 0;
  #asking: Promise<void> | null = null;

  constructor(parts: ServerClockParts) {
    this.#parts = parts;
  }

  /** Returns milliseconds since 1970; by the process' own clock until the server has told the time. */
  now(): number {
    const { clock } = this.#parts;
    return this.#aheadMs === null ? clock.now() : clock.monotonic() + this.#aheadMs;
  }

  /** Makes `now` good: asks the first time, and now and then again, without a wait. TIME, O(1). */
  sync(): Promise<void> | undefined {
    if (this.#parts.clock.monotonic() < this.#nextAt) return undefined;
    this.#asking ??= this.#ask().finally(() => (this.#asking = null));
    return this.#aheadMs === null ? this.#asking : undefined;
  }

  async #ask(): Promise<void> {
    const { redis, clock, onError } = this.#parts;
    const sentAt = clock.monotonic();
    try {
      const [seconds, microseconds] = (await redis.send(['TIME'])) as [string, string];
      const receivedAt = clock.monotonic();
      const serverMs = Number(seconds) * 1_000 + Number(microseconds) / 1_000;
      this.#aheadMs = serverMs - (sentAt + receivedAt) / 2;
      this.#nextAt = receivedAt + GOOD_FOR_MS;
    } catch (error) {
      this.#nextAt = clock.monotonic() + RETRY_MS;
      onError(error);
    }
  }
}
