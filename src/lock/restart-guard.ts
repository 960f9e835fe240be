import type { Clock } from '../common/clock.js';
import type { SuiteEvents } from '../common/events.js';
import '../connection/connection-line.js';
import type { RedisGateway } from '../connection/redis-gateway.js';

interface GuardDeps {
  readonly redis: RedisGateway;
  readonly events: SuiteEvents;
  readonly clock: Clock;
  /** Is null when the guard follows the longest ttl, 0 when it is off. */
  readonly guardMs: number | null;
  /** Is the ttl of a lock that names none. */
  readonly ttlMs: number;
}

/**
 * Says for how long after its start the server may have forgotten locks that are still held. Only a process that was
 * connected before can tell a restart from a first start.
 *
 * @internal
 */
export class RestartGuard {
  readonly #deps: GuardDeps;
  readonly #unlisten: readonly (() => void)[];
  #longestTtlMs: number;
  #wasConnected: boolean;
  #armedUntilMs = -Infinity;

  constructor(deps: GuardDeps) {
    const { redis, events, ttlMs } = deps;
    this.#deps = deps;
    this.#longestTtlMs = ttlMs;
    this.#wasConnected = redis.availability.state !== 'down';
    this.#unlisten = [
      events.on('connection:closed', ({ connection }) => connection === redis.name && this.#onClosed()),
      events.on('connection:connected', ({ connection }) => connection === redis.name && this.#onConnected()),
    ];
  }

  /** Returns how old the server must be to grant a lock of which it knows nothing; 0 when any age will do. */
  msFor(ttlMs: number): number {
    this.#longestTtlMs = Math.max(this.#longestTtlMs, ttlMs);
    return this.#armedUntilMs > this.#deps.clock.monotonic() ? this.#lengthMs : 0;
  }

  /** Stops listening. */
  close(): void {
    for (const unlisten of this.#unlisten) unlisten();
  }

  /** From here on until it is known when the server was there again, it may be a new one. */
  #onClosed(): void {
    if (this.#wasConnected) this.#armedUntilMs = Infinity;
  }

  #onConnected(): void {
    if (this.#armedUntilMs === Infinity)
      this.#armedUntilMs = this.#deps.clock.monotonic() + this.#lengthMs + 2_000;
    this.#wasConnected = true;
  }

  get #lengthMs(): number {
    return this.#deps.guardMs ?? this.#longestTtlMs;
  }
}
