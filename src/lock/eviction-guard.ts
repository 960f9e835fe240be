import type { SuiteEvents } from '../common/events.js';
import { STATE_CONNECTION } from '../connection/connection.tokens.js';
import type { RedisGateway } from '../connection/redis-gateway.js';
import { findServerProblems } from '../connection/server-findings.js';
import { readServerInfo } from '../connection/server-reading.js';
import { LockRefusedError } from './lock.errors.js';

interface GuardDeps {
  readonly redis: RedisGateway;
  readonly events: SuiteEvents;
}

/**
 * Refuses locks on a server that may evict them. Asks it once, and again each time that it may be another one.
 *
 * @internal
 */
export class EvictionGuard {
  readonly #deps: GuardDeps;
  readonly #unlisten: () => void;
  #check: Promise<void> | null = null;

  constructor(deps: GuardDeps) {
    this.#deps = deps;
    this.#unlisten = deps.events.on('connection:closed', ({ connection }) => {
      if (connection === deps.redis.name) this.#check = null;
    });
  }

  /**
   * Resolves when the server keeps what it is given. INFO, O(1), at the first call.
   *
   * @throws {LockRefusedError} when it may evict locks.
   * @throws {RedisReplyError} when the user may not run INFO.
   * @throws {RedisUnavailableError} when it does not answer in time.
   */
  async pass(): Promise<void> {
    const check = (this.#check ??= this.#ask());
    try {
      await check;
    } catch (error) {
      if (this.#check === check) this.#check = null;
      throw error;
    }
  }

  /** Stops listening. */
  close(): void {
    this.#unlisten();
  }

  async #ask(): Promise<void> {
    const servers = await readServerInfo(this.#deps.redis);
    const problems = servers.flatMap((info) => findServerProblems(info, [STATE_CONNECTION]));
    const evicts = problems.find(({ kind }) => kind === 'evicts-state');
    if (evicts !== undefined) throw new LockRefusedError(evicts.message);
  }
}
