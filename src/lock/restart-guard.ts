import type { Clock } from '../common/clock.js';
import type { SuiteEvents } from '../common/events.js';
import { parseServerInfo } from '../common/server-info.js';
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
  /** Is until when the server may be a new one, for all that is known. */
  #doubtUntilMs = -Infinity;
  /** Is until when a server that is known to be a new one may have forgotten something. */
  #newUntilMs = -Infinity;
  /** Names the run of the server; null while nobody knows it. */
  #runId: string | null = null;
  #isAsking = false;

  constructor(deps: GuardDeps) {
    const { redis, events, ttlMs } = deps;
    this.#deps = deps;
    this.#longestTtlMs = ttlMs;
    this.#unlisten = [
      events.on('connection:closed', ({ connection }) => connection === redis.name && this.#onClosed()),
      events.on('connection:connected', ({ connection }) => connection === redis.name && this.#onConnected()),
      events.on(
        'connection:availability',
        ({ connection, state }) => connection === redis.name && state !== 'down' && this.#recognise(),
      ),
    ];
  }

  /** Returns how old the server must be to grant a lock of which it knows nothing; 0 when any age will do. */
  msFor(ttlMs: number): number {
    this.#longestTtlMs = Math.max(this.#longestTtlMs, ttlMs);
    // An answer that did not come before may come now.
    if (!this.#isAsking && !this.#isSure) void this.#recognise();
    const untilMs = Math.max(this.#doubtUntilMs, this.#newUntilMs);
    return untilMs > this.#deps.clock.monotonic() ? this.#lengthMs : 0;
  }

  /** Stops listening. */
  close(): void {
    for (const unlisten of this.#unlisten) unlisten();
  }

  /** From here on until it is known when the server was there again, it may be a new one. */
  #onClosed(): void {
    this.#doubtUntilMs = Infinity;
  }

  #onConnected(): void {
    if (this.#doubtUntilMs === Infinity)
      this.#doubtUntilMs = this.#deps.clock.monotonic() + this.#lengthMs + 2_000;
    void this.#recognise();
  }

  /** Ends the doubt: a server that was only out of reach has forgotten nothing. INFO, O(1). */
  async #recognise(): Promise<void> {
    if (this.#isSure) return;
    const doubtUntilMs = this.#doubtUntilMs;
    this.#isAsking = true;
    const runId = await this.#readRunId();
    this.#isAsking = false;
    // Who cannot tell is careful. After another break the answer says nothing any more.
    if (runId === null || doubtUntilMs !== this.#doubtUntilMs) return;
    if (this.#runId !== runId) this.#newUntilMs = Math.max(this.#newUntilMs, doubtUntilMs);
    this.#runId = runId;
    this.#doubtUntilMs = -Infinity;
  }

  /** Of a cluster any node would answer. */
  async #readRunId(): Promise<string | null> {
    const { redis } = this.#deps;
    if (redis.topology === 'cluster' || !redis.capabilities.push) return null;
    try {
      return parseServerInfo(String(await redis.send(['INFO', 'server']))).get('run_id') ?? null;
    } catch {
      return null;
    }
  }

  /** Says that the server is known, and has not been out of reach since. */
  get #isSure(): boolean {
    return this.#runId !== null && this.#doubtUntilMs === -Infinity;
  }

  get #lengthMs(): number {
    return this.#deps.guardMs ?? this.#longestTtlMs;
  }
}
