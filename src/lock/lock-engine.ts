import type { Clock } from '../common/clock.js';
import { describeValue } from '../common/duration.js';
import { InvalidOptionsError } from '../common/errors.js';
import type { SuiteEvents } from '../common/events.js';
import type { KeySpace } from '../common/keys/key-space.js';
import { RedisUnavailableError } from '../connection/connection.errors.js';
import type { RedisGateway } from '../connection/redis-gateway.js';
import { EvictionGuard } from './eviction-guard.js';
import { LeaseKeeper } from './lease-keeper.js';
import { Lease } from './lease.js';
import { LockAcquirer, type Acquired, type Patience, type Wish } from './lock-acquirer.js';
import { lockKeys, type LockKeys, type LockKind } from './lock-keys.js';
import type { ResolvedLockOptions } from './lock.options.js';
import { LockScripts } from './lock.scripts.js';
import { LockStation } from './lock-station.js';
import { OwedReturns } from './owed-returns.js';
import { ReplicaGuard } from './replica-guard.js';
import { ThreadRenewals } from './renewal/thread-renewals.js';
import { guardGrants, type GrantGuard } from './restart-guard.js';
import { WaitRooms } from './wait-rooms.js';

interface EngineDeps {
  readonly redis: RedisGateway;
  readonly events: SuiteEvents;
  readonly clock: Clock;
  readonly keys: KeySpace;
  readonly options: ResolvedLockOptions;
}

/** Is where leases come from: one server, or several that vote. @internal */
export type LeaseSource = Pick<
  LockEngine,
  'keeper' | 'clock' | 'keysOf' | 'acquire' | 'canTogether' | 'tryTogether'
>;

/**
 * Puts together what acquires locks and what keeps them, for one process and one server.
 *
 * @internal
 */
export class LockEngine {
  readonly keeper: LeaseKeeper;
  readonly #deps: EngineDeps;
  readonly #scripts: LockScripts;
  readonly #acquirer: LockAcquirer;
  readonly #guard: GrantGuard;
  readonly #eviction: EvictionGuard | null;
  readonly #replication: ReplicaGuard | null;
  readonly #rooms: WaitRooms;
  readonly #station: LockStation;
  readonly #owed: OwedReturns;
  readonly #thread: ThreadRenewals | null;
  readonly #newToken: () => string;
  #isOpen = true;

  constructor(deps: EngineDeps) {
    const { redis, events, clock, keys, options } = deps;
    const channels = `${keys.prefix('lock')}station:`;
    this.#deps = deps;
    this.#scripts = new LockScripts(redis, channels, {
      onReturn: (lease) => this.#rooms.lookSoon(lease),
      onOwed: (claim, error) => this.#owed.owe(claim, error),
    });
    this.#owed = new OwedReturns({
      redis,
      events,
      clock,
      giveBack: (claim) => this.#scripts.release(claim),
    });
    const parts = { redis, events, clock, scripts: this.#scripts };
    const isOneServer = redis.endpoint !== undefined && redis.topology !== 'cluster';
    this.#thread = isOneServer ? new ThreadRenewals(parts) : null;
    this.keeper = new LeaseKeeper({ ...parts, thread: this.#thread });
    this.#guard = guardGrants({
      redis,
      events,
      clock,
      guardMs: options.restartGuardMs,
      ttlMs: options.ttlMs,
    });
    this.#eviction = options.requireNoEviction ? new EvictionGuard(parts) : null;
    this.#replication = options.replicas > 0 ? new ReplicaGuard(redis, options.replicas) : null;
    this.#rooms = new WaitRooms({ ...parts, guard: this.#guard, keeper: this.keeper });
    this.#acquirer = new LockAcquirer({ ...parts, guard: this.#guard, rooms: this.#rooms });
    this.#station = new LockStation({
      redis,
      channels,
      keeper: this.keeper,
      rooms: this.#rooms,
      onStray: (stray) => this.#acquirer.giveUp({ ...stray, label: '', firstMs: 0 }),
    });
    this.#newToken = () => this.#station.newToken();
  }

  /** Is the module's options. */
  get options(): ResolvedLockOptions {
    return this.#deps.options;
  }

  get clock(): Clock {
    return this.#deps.clock;
  }

  /** Returns the keys of what is held by the name `resource`. @throws {InvalidKeyError} when that is empty or no text. */
  keysOf(resource: string, kind: LockKind = 'lock'): LockKeys {
    return lockKeys(this.#deps.keys, resource, kind);
  }

  /**
   * Acquires a lock and keeps it from then on.
   *
   * @returns null when it is held and not to be waited for.
   * @throws {LockTimeoutError} when it did not become free in time.
   * @throws {LockRefusedError} when the server may evict locks and must not.
   * @throws {RedisUnavailableError} when the server cannot be reached in time, or the application shuts down.
   */
  async acquire(wish: Wish, patience: Patience): Promise<Lease | null> {
    if (!this.#isAtWork(patience)) await this.#open(patience);
    const acquired = await this.#acquirer.acquire(wish, patience, this.#newToken);
    if (acquired === null) return null;
    const lease = this.#keep(acquired);
    if (this.#replication !== null || !this.#isOpen) await this.#secure(lease, acquired.queued);
    return lease;
  }

  /** Says whether `tryTogether` can do it: the server takes keys of several locks in one command, unless it is a cluster. */
  canTogether(wishes: readonly Wish[]): boolean {
    return this.#deps.redis.groupKeys(wishes.map(({ keys }) => keys.lease)).length <= 1;
  }

  /**
   * Acquires several locks in one step and keeps them from then on.
   *
   * @returns null when one of them is held; then none is acquired.
   * @throws {RedisUnavailableError} when the server cannot be reached in time, or the application shuts down.
   */
  async tryTogether(wishes: readonly Wish[], patience: Patience): Promise<Lease[] | null> {
    await this.#open(patience);
    const acquired = await this.#acquirer.tryTogether(wishes, this.#newToken);
    if (acquired === null) {
      if (patience.waitMs === 0) this.#deps.events.emit('lock:missed', { waitedMs: 0, outcome: 'busy' });
      return null;
    }
    for (const _ of acquired) this.#deps.events.emit('lock:acquired', { waitedMs: 0, queued: false });
    const leases = acquired.map((each) => this.#keep(each));
    await Promise.all(leases.map((lease) => this.#secure(lease, false)));
    return leases;
  }

  /** Takes a lock, or every share of what several hold, from its holder. @returns whether there was one. */
  async revoke(resource: string, reason: string, kind: LockKind = 'lock'): Promise<boolean> {
    assertReason(reason);
    const wasHeld = await this.#scripts.revoke(this.keysOf(resource, kind));
    if (wasHeld) this.#deps.events.emit('lock:forced', { resource, reason });
    return wasHeld;
  }

  /** Refuses new locks, ends every wait and tells every holder to stop. */
  interrupt(): void {
    this.#isOpen = false;
    this.#rooms.failAll(this.#closedError());
    this.keeper.interrupt();
  }

  /** Gives back whatever is still held, and stops listening. */
  async close(): Promise<void> {
    this.interrupt();
    await this.keeper.releaseAll();
    await this.#thread?.close();
    await this.#station.close();
    this.#guard.close();
    this.#eviction?.close();
    this.#owed.close();
  }

  /** Says whether there is nothing to do before a claim can be sent. */
  #isAtWork({ signal }: Patience): boolean {
    return this.#isOpen && this.#station.isOpen && this.#eviction === null && signal === undefined;
  }

  async #open({ signal }: Patience): Promise<void> {
    signal?.throwIfAborted();
    this.#assertOpen();
    await this.#eviction?.pass();
    await this.#station.open();
  }

  #keep({ claim, grant }: Acquired): Lease {
    const lease = new Lease(claim, grant, this.#deps.clock);
    this.keeper.keep(lease);
    return lease;
  }

  /** Hands out a lease only if replicas have it, when that is wanted, and nobody has closed the engine meanwhile. */
  async #secure(lease: Lease, queued: boolean): Promise<void> {
    try {
      await this.#replication?.pass(lease, queued, this.keeper);
      this.#assertOpen();
    } catch (error) {
      await this.keeper.discard(lease);
      throw error;
    }
  }

  #assertOpen(): void {
    if (!this.#isOpen) throw this.#closedError();
  }

  #closedError(): RedisUnavailableError {
    return new RedisUnavailableError(this.#deps.redis.name, 'closed');
  }
}

/** What is forced is told with its reason, which must say something. */
function assertReason(reason: unknown): void {
  if (typeof reason === 'string' && reason.trim() !== '') return;
  const message = `must be a text that says why; got ${describeValue(reason)}`;
  throw new InvalidOptionsError('forceRelease', [{ path: 'reason', message }]);
}
