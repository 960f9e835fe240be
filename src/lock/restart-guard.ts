import type { Clock } from '../common/clock.js';
import type { SuiteEvents } from '../common/events.js';
import { parseServerInfo } from '../common/server-info.js';
import { RedisReplyError } from '../connection/connection.errors.js';
import type { RedisGateway } from '../connection/redis-gateway.js';
import { ClusterRestartGuard } from './cluster-restart-guard.js';

interface GuardDeps {
  readonly redis: RedisGateway;
  readonly events: SuiteEvents;
  readonly clock: Clock;
  /** Is null when the guard follows the longest ttl, 0 when it is off. */
  readonly guardMs: number | null;
  /** Is the ttl of a lock that names none. */
  readonly ttlMs: number;
}

/** Is what says how old a server must be to grant a lock of which it knows nothing. @internal */
export type GrantGuard = Pick<RestartGuard, 'msFor' | 'close'>;

/** Returns the guard for a connection. @internal */
export function guardGrants(deps: GuardDeps): GrantGuard {
  return deps.redis.topology === 'cluster' ? new ClusterRestartGuard(deps) : new RestartGuard(deps);
}

/**
 * Says for how long after its start the server may have forgotten locks that are still held. Only a process that was
 * connected before can tell a restart from a first start. For one server, which says which run of it is there.
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
  /** Counts how often the connection was lost. */
  #breaks = 0;
  /** Says whether an answer can help: over REST there is no connection to know, and whom the server refuses it refuses again. */
  #canAsk: boolean;

  constructor(deps: GuardDeps) {
    const { redis, events, ttlMs } = deps;
    this.#deps = deps;
    this.#longestTtlMs = ttlMs;
    this.#canAsk = redis.capabilities.push;
    this.#unlisten = [
      events.on('connection:closed', ({ connection }) => connection === redis.name && this.#onClosed()),
      events.on('connection:connected', ({ connection }) => connection === redis.name && this.#onConnected()),
      events.on(
        'connection:availability',
        ({ connection, state }) => connection === redis.name && state !== 'down' && this.#recognise(),
      ),
    ];
    // Whoever does not know the server when its connection breaks must take it for a new one afterwards.
    if ((redis.endpoint?.() ?? null) !== null) void this.#recognise();
  }

  /** Returns how old the server must be to grant a lock of which it knows nothing; 0 when any age will do. */
  msFor(ttlMs: number): number {
    this.#longestTtlMs = Math.max(this.#longestTtlMs, ttlMs);
    // An answer that did not come before may come now.
    if (this.#canAsk && !this.#isAsking && !this.#isSure) void this.#recognise();
    const untilMs = Math.max(this.#doubtUntilMs, this.#newUntilMs);
    return untilMs > this.#deps.clock.monotonic() ? this.#lengthMs : 0;
  }

  /** Stops listening. */
  close(): void {
    for (const unlisten of this.#unlisten) unlisten();
  }

  /** From here on until it is known when the server was there again, it may be a new one. */
  #onClosed(): void {
    this.#breaks++;
    this.#doubtUntilMs = Infinity;
  }

  #onConnected(): void {
    this.#doubtUntilMs = Math.min(this.#doubtUntilMs, this.#endMs);
    this.#canAsk = this.#deps.redis.capabilities.push;
    void this.#recognise();
  }

  /** Ends the doubt: a server that was only out of reach has forgotten nothing. INFO, O(1). */
  async #recognise(): Promise<void> {
    if (!this.#canAsk || this.#isSure) return;
    const breaks = this.#breaks;
    this.#isAsking = true;
    const runId = await this.#readRunId();
    this.#isAsking = false;
    // Who cannot tell is careful. After another break the answer says nothing any more.
    if (runId === null || breaks !== this.#breaks) return;
    if (this.#runId !== runId)
      this.#newUntilMs = Math.max(this.#newUntilMs, Math.min(this.#doubtUntilMs, this.#endMs));
    this.#runId = runId;
    this.#doubtUntilMs = -Infinity;
  }

  async #readRunId(): Promise<string | null> {
    try {
      const info = parseServerInfo(String(await this.#deps.redis.send(['INFO', 'server'])));
      return info.get('run_id') ?? null;
    } catch (error) {
      if (error instanceof RedisReplyError) this.#canAsk = false;
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

  /** Is when a server that started just now may have forgotten nothing any more. */
  get #endMs(): number {
    return this.#deps.clock.monotonic() + this.#lengthMs + 2_000;
  }
}
