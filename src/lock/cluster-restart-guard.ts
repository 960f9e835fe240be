import type { Clock } from '../common/clock.js';
import type { SuiteEvents } from '../common/events.js';

interface GuardDeps {
  readonly redis: { readonly name: string };
  readonly events: SuiteEvents;
  readonly clock: Clock;
  /** Is null when the guard follows the longest ttl, 0 when it is off. */
  readonly guardMs: number | null;
  /** Is the ttl of a lock that names none. */
  readonly ttlMs: number;
}

/** Covers that servers count their age in whole seconds, by a clock of their own. */
const SLACK_MS = 2_000;

/**
 * Says how old a node of a cluster must be to grant a lock of which it knows nothing. That one of several masters came
 * back empty is told by no event; but a node that is younger than this process' time in the cluster has started since.
 *
 * @internal
 */
export class ClusterRestartGuard {
  readonly #deps: GuardDeps;
  readonly #unlisten: readonly (() => void)[];
  #longestTtlMs: number;
  /** Is since when there is a cluster for this process, on the monotonic clock. */
  #sinceMs = Infinity;
  #wasConnected = false;

  constructor(deps: GuardDeps) {
    const { redis, events, ttlMs } = deps;
    this.#deps = deps;
    this.#longestTtlMs = ttlMs;
    this.#unlisten = [
      events.on('connection:connected', ({ connection }) => connection === redis.name && this.#onConnected()),
      events.on('connection:closed', ({ connection }) => {
        this.#wasConnected ||= connection === redis.name;
      }),
    ];
  }

  /** Returns how old the node must be to grant a lock of which it knows nothing; 0 when any age will do. */
  msFor(ttlMs: number): number {
    const { clock, guardMs } = this.#deps;
    this.#longestTtlMs = Math.max(this.#longestTtlMs, ttlMs);
    const nowMs = clock.monotonic();
    this.#sinceMs = Math.min(this.#sinceMs, nowMs);
    const presentMs = Math.floor(nowMs - this.#sinceMs - SLACK_MS);
    return Math.max(0, Math.min(guardMs ?? this.#longestTtlMs, presentMs));
  }

  /** Stops listening. */
  close(): void {
    for (const unlisten of this.#unlisten) unlisten();
  }

  /** What was asked before the first connection stood found no cluster. */
  #onConnected(): void {
    if (!this.#wasConnected) this.#sinceMs = this.#deps.clock.monotonic();
    this.#wasConnected = true;
  }
}
