import type { Clock } from '../common/clock.js';
import type { SuiteEvents } from '../common/events.js';
import type { KeySpace } from '../common/keys/key-space.js';
import { RedisUnavailableError } from '../connection/connection.errors.js';
import type { RedisGateway } from '../connection/redis-gateway.js';
import { LeaseKeeper } from './lease-keeper.js';
import { Lease } from './lease.js';
import { LockAcquirer, type Acquired, type Patience, type Wish } from './lock-acquirer.js';
import { lockKeys, type LockKeys } from './lock-keys.js';
import { LockTimeoutError } from './lock.errors.js';
import type { ResolvedLockOptions } from './lock.options.js';
import { LockScripts } from './lock.scripts.js';
import { LockStation } from './lock-station.js';
import { RestartGuard } from './restart-guard.js';
import { WaitRooms } from './wait-rooms.js';

interface EngineDeps {
  readonly redis: RedisGateway;
  readonly events: SuiteEvents;
  readonly clock: Clock;
  readonly keys: KeySpace;
  readonly options: ResolvedLockOptions;
}

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
  readonly #guard: RestartGuard;
  readonly #rooms: WaitRooms;
  readonly #station: LockStation;
  readonly #newToken: () => string;
  #isOpen = true;

  constructor(deps: EngineDeps) {
    const { redis, events, clock, keys, options } = deps;
    const channels = `${keys.prefix('lock')}station:`;
    this.#deps = deps;
    this.#scripts = new LockScripts(redis, channels);
    const parts = { redis, events, clock, scripts: this.#scripts };
    this.keeper = new LeaseKeeper(parts);
    this.#guard = new RestartGuard({
      redis,
      events,
      clock,
      guardMs: options.restartGuardMs,
      ttlMs: options.ttlMs,
    });
    this.#rooms = new WaitRooms({ ...parts, guard: this.#guard });
    this.#acquirer = new LockAcquirer({ ...parts, guard: this.#guard, rooms: this.#rooms });
    this.#station = new LockStation({
      redis,
      channels,
      keeper: this.keeper,
      rooms: this.#rooms,
      onStray: (token, keys) => this.#acquirer.giveUp({ token, keys, label: '', firstMs: 0 }),
    });
    this.#newToken = () => this.#station.newToken();
  }

  /** Returns the keys of the lock on `resource`. @throws {InvalidKeyError} when it is empty or no text. */
  keysOf(resource: string): LockKeys {
    return lockKeys(this.#deps.keys, resource);
  }

  /**
   * Acquires a lock and keeps it from then on.
   *
   * @returns null when it is held and not to be waited for.
   * @throws {LockTimeoutError} when it did not become free in time.
   * @throws {RedisUnavailableError} when the server cannot be reached in time, or the application shuts down.
   */
  async acquire(wish: Wish, patience: Patience): Promise<Lease | null> {
    const { clock } = this.#deps;
    patience.signal?.throwIfAborted();
    this.#assertOpen();
    const startedAtMs = clock.monotonic();
    await this.#station.open();
    const acquired = await this.#watch(this.#acquirer.acquire(wish, patience, this.#newToken), startedAtMs);
    if (acquired === null) return null;
    const lease = new Lease(acquired.claim, acquired.grant, clock);
    this.keeper.keep(lease);
    if (this.#isOpen) return lease;
    await this.keeper.releaseQuietly(lease);
    throw this.#closedError();
  }

  /** Takes a lock from its holder. @returns whether there was one. */
  async revoke(resource: string, reason: string): Promise<boolean> {
    const wasHeld = await this.#scripts.revoke(this.keysOf(resource));
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
    await this.#station.close();
    this.#guard.close();
  }

  async #watch(acquiring: Promise<Acquired | null>, startedAtMs: number): Promise<Acquired | null> {
    const { events, clock } = this.#deps;
    const waitedMs = () => clock.monotonic() - startedAtMs;
    try {
      const acquired = await acquiring;
      if (acquired === null) events.emit('lock:missed', { waitedMs: waitedMs(), outcome: 'busy' });
      else events.emit('lock:acquired', { waitedMs: waitedMs(), queued: acquired.queued });
      return acquired;
    } catch (error) {
      if (error instanceof LockTimeoutError) {
        events.emit('lock:missed', { waitedMs: waitedMs(), outcome: 'timeout' });
      }
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
