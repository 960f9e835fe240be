import { randomBytes } from 'node:crypto';
import type { Clock } from '../../common/clock.js';
import type { SuiteEvents } from '../../common/events.js';
import type { KeySpace } from '../../common/keys/key-space.js';
import { RedisUnavailableError } from '../../connection/connection.errors.js';
import type { RedisGateway } from '../../connection/redis-gateway.js';
import { LeaseKeeper } from '../lease-keeper.js';
import { Lease, safeEnd, type ResourceClaim } from '../lease.js';
import type { Patience, Wish } from '../lock-acquirer.js';
import type { LeaseSource } from '../lock-engine.js';
import { lockKeys, type LockKeys } from '../lock-keys.js';
import { LockTimeoutError } from '../lock.errors.js';
import type { ResolvedLockOptions } from '../lock.options.js';
import { guardGrants, type GrantGuard } from '../restart-guard.js';
import { pause } from './pause.js';
import { QuorumScripts, type QuorumReply } from './quorum-scripts.js';

/** Bounds the pause between two tries, in milliseconds; two that split the servers between them must fall out of step. */
const PAUSE_MS = [10, 60] as const;

/** Is a try that gave no lease; one that is late was granted when its lease could have ended. */
type Miss = Exclude<QuorumReply, { kind: 'held' }> | { readonly kind: 'late' };

/** Is what quorums are made of. @internal */
export interface QuorumDeps {
  readonly keys: KeySpace;
  readonly options: ResolvedLockOptions;
  readonly events: SuiteEvents;
  readonly clock: Clock;
}

/**
 * Acquires locks on most of several independent servers, and keeps them. There is no queue: who finds a lock held tries
 * again after a pause of random length.
 *
 * @internal
 */
export class QuorumEngine implements LeaseSource {
  readonly keeper: LeaseKeeper;
  readonly clock: Clock;
  readonly #deps: QuorumDeps;
  readonly #guards: readonly GrantGuard[];
  readonly #scripts: QuorumScripts;
  readonly #station = randomBytes(12).toString('base64url');
  readonly #closing = new AbortController();
  #count = 0;

  constructor(nodes: readonly RedisGateway[], deps: QuorumDeps) {
    const { keys, options, events, clock } = deps;
    const { restartGuardMs: guardMs, ttlMs } = options;
    this.#deps = deps;
    this.clock = clock;
    this.#guards = nodes.map((redis) => guardGrants({ redis, events, clock, guardMs, ttlMs }));
    this.#scripts = new QuorumScripts(
      nodes.map((redis, i) => ({ redis, guard: this.#guards[i] as GrantGuard })),
      { channels: `${keys.prefix('lock')}station:`, events, clock },
    );
    const groupKeys = (all: readonly string[]) => all.map((key) => [key]);
    this.keeper = new LeaseKeeper({
      redis: { groupKeys },
      scripts: this.#scripts,
      events,
      clock,
      thread: null,
    });
  }

  /** Returns the keys of the lock on `resource`, the same on every server. */
  keysOf(resource: string): LockKeys {
    return lockKeys(this.#deps.keys, resource);
  }

  /** Says no: several locks are acquired one after the other. */
  canTogether(): boolean {
    return false;
  }

  /** Is never asked for. */
  tryTogether(): Promise<null> {
    return Promise.resolve(null);
  }

  /**
   * Acquires a lock on most of the servers and keeps it from then on.
   *
   * @returns null when others hold it and it is not to be waited for.
   * @throws {LockTimeoutError} when it did not become free in time.
   * @throws {RedisUnavailableError} when too few of the servers could be reached, or the application shuts down.
   */
  async acquire(wish: Wish, patience: Patience): Promise<Lease | null> {
    const { clock, events } = this.#deps;
    const startedAtMs = clock.monotonic();
    const untilMs = patience.untilMs ?? startedAtMs + patience.waitMs;
    const signals = [this.#closing.signal, patience.signal].filter((signal) => signal !== undefined);
    for (let tries = 1; ; tries++) {
      for (const signal of signals) signal.throwIfAborted();
      const found = await this.#try(wish);
      const waitedMs = clock.monotonic() - startedAtMs;
      if (found instanceof Lease) {
        events.emit('lock:acquired', { waitedMs, queued: tries > 1 });
        return this.#keep(found);
      }
      // As on one server, there is nothing to wait for while nobody could grant it.
      if (found.kind === 'unavailable') throw found.error;
      if (clock.monotonic() >= untilMs) {
        const error = this.#refusal(found, wish, patience);
        const outcome = patience.waitMs === 0 ? 'busy' : 'timeout';
        if (found.kind === 'busy') events.emit('lock:missed', { waitedMs, outcome });
        if (error === null) return null;
        throw error;
      }
      const [least, most] = PAUSE_MS;
      const pauseMs = least + Math.random() * (most - least);
      await pause(Math.min(pauseMs, untilMs - clock.monotonic()), signals, clock);
    }
  }

  /** Refuses new locks, ends every wait and tells every holder to stop. */
  interrupt(): void {
    this.#closing.abort(new RedisUnavailableError(this.#scripts.name, 'closed'));
    this.keeper.interrupt();
  }

  /** Gives back whatever is still held. */
  async close(): Promise<void> {
    this.interrupt();
    await this.keeper.releaseAll();
    this.#scripts.close();
    for (const guard of this.#guards) guard.close();
  }

  /** Tries once: a lease is handed out only while it surely holds on most of the servers. */
  async #try(wish: Wish): Promise<Lease | Miss> {
    const { clock } = this.#deps;
    const token = `${this.#station}.${(this.#count++).toString(36)}`;
    const claim: ResourceClaim = { ...wish, token };
    const fromMs = clock.monotonic();
    const reply = await this.#scripts.acquire(claim);
    if (reply.kind === 'held') {
      const grant = { fence: reply.fence, leaseMs: claim.ttlMs, fromMs };
      if (clock.monotonic() < safeEnd(grant)) return new Lease(claim, grant, clock);
    }
    // Servers that answer too late may have granted it all the same.
    void this.keeper.giveUp(claim);
    return reply.kind === 'held' ? { kind: 'late' } : reply;
  }

  async #keep(lease: Lease): Promise<Lease> {
    this.keeper.keep(lease);
    if (!this.#closing.signal.aborted) return lease;
    await this.keeper.discard(lease);
    throw this.#closing.signal.reason as RedisUnavailableError;
  }

  #refusal(found: Miss, { resource }: Wish, { waitMs }: Patience): Error | null {
    if (found.kind === 'late') return new RedisUnavailableError(this.#scripts.name, 'timeout');
    return waitMs === 0 ? null : new LockTimeoutError(resource, waitMs);
  }
}
