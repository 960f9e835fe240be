import type { Clock } from '../common/clock.js';
import type { SuiteEvents } from '../common/events.js';
import '../connection/connection-line.js';

interface GuardDeps {
  readonly connection: string;
  readonly events: SuiteEvents;
  readonly clock: Clock;
  /** Is null when the guard follows the longest ttl, 0 when it is off. */
  readonly guardMs: number | null;
}

/**
 * Says for how long after its start the server may have forgotten locks that are still held. Only a process that has
 * used locks and lost its connection since can tell a restart from a first start.
 *
 * @internal
 */
export class RestartGuard {
  readonly #deps: GuardDeps;
  readonly #unlisten: readonly (() => void)[];
  #longestTtlMs = 0;
  #armedUntilMs = -Infinity;

  constructor(deps: GuardDeps) {
    this.#deps = deps;
    const { connection, events, clock } = deps;
    const arm = (untilMs: () => number) => (event: { readonly connection: string }) => {
      if (event.connection === connection && this.#longestTtlMs > 0) this.#armedUntilMs = untilMs();
    };
    this.#unlisten = [
      events.on(
        'connection:closed',
        arm(() => Infinity),
      ),
      events.on(
        'connection:connected',
        arm(() => clock.monotonic() + this.#lengthMs),
      ),
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

  get #lengthMs(): number {
    return this.#deps.guardMs ?? this.#longestTtlMs;
  }
}
