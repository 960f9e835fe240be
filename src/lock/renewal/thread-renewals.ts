import type { Cancel, Clock } from '../../common/clock.js';
import { toError } from '../../common/errors.js';
import type { SuiteEvents } from '../../common/events.js';
import type { RedisGateway } from '../../connection/redis-gateway.js';
import type { Lease } from '../lease.js';
import { LockWorkerError } from '../lock.errors.js';
import type { LockScripts, Renewal } from '../lock.scripts.js';
import { LeaseSlot } from './lease-slot.js';
import { RenewalThread, type ThreadUser } from './renewal-thread.js';

/** Is how often to look whether the thread still sends something, in milliseconds. */
const LOOK_MS = 2;

interface ThreadDeps {
  readonly redis: RedisGateway;
  readonly scripts: Pick<LockScripts, 'renewal'>;
  readonly events: SuiteEvents;
  readonly clock: Clock;
}

/**
 * Has the leases that ask for it prolonged by a thread as well, whose work counts when the event loop is blocked. The
 * keeper prolongs all of them as ever; without the thread nothing else changes.
 *
 * @internal
 */
export class ThreadRenewals implements ThreadUser {
  readonly #deps: ThreadDeps;
  readonly #unlisten: Cancel;
  #joined: { readonly thread: RenewalThread; readonly line: number } | null = null;

  constructor(deps: ThreadDeps) {
    const { redis, events } = deps;
    this.#deps = deps;
    // It may have become another server.
    this.#unlisten = events.on('connection:connected', ({ connection }) => {
      if (connection === redis.name && this.#joined !== null) this.#telling(() => this.#tellEndpoint());
    });
  }

  /** Hands a lease to the thread, too. */
  add(lease: Lease, renewal: Renewal): void {
    const slot = new LeaseSlot(this.#deps.clock);
    lease.share(slot);
    this.#telling(() => {
      const { thread, line } = this.#join();
      const { script, keys, args, msAt } = this.#deps.scripts.renewal(renewal);
      const words = ['EVAL', script.source, keys.length, ...keys, ...args].map(String);
      const { ttlMs, lastMs, claim } = lease;
      thread.tell({
        line,
        lease: {
          memory: slot.memory,
          ttlMs,
          maxMs: claim.blockedMs,
          lastUs: slot.toUs(lastMs),
          command: words,
          msAt: 3 + keys.length + msAt,
        },
      });
    });
  }

  /** Takes a lease back, for a change of its ttl; resolves when nothing of the thread is on its way any more. */
  async takeBack(lease: Lease): Promise<void> {
    const slot = lease.share(null);
    while (slot?.isSending === true && this.#joined !== null)
      await new Promise<void>((resolve) => this.#deps.clock.after(LOOK_MS, resolve));
  }

  /** Lets the thread go. */
  async close(): Promise<void> {
    this.#unlisten();
    const joined = this.#joined;
    this.#joined = null;
    await joined?.thread.leave(joined.line);
  }

  onFailure(why: string): void {
    this.#deps.events.emit('lock:worker-failed', { error: new LockWorkerError(why) });
  }

  onEnd(why: string): void {
    this.#joined = null;
    this.onFailure(why);
  }

  #join(): { readonly thread: RenewalThread; readonly line: number } {
    if (this.#joined === null) {
      this.#joined = RenewalThread.join(this);
      this.#tellEndpoint();
    }
    return this.#joined;
  }

  #tellEndpoint(): void {
    const endpoint = this.#deps.redis.endpoint?.() ?? null;
    if (endpoint !== null) this.#joined?.thread.tell({ line: this.#joined.line, endpoint });
  }

  /** TLS options may hold what no other thread can be given. */
  #telling(tell: () => void): void {
    try {
      tell();
    } catch (error) {
      this.onFailure(toError(error).name);
    }
  }
}
