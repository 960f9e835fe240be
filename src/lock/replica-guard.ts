import { InvalidOptionsError } from '../common/errors.js';
import { RedisUnavailableError } from '../connection/connection.errors.js';
import type { RedisGateway, RedisTopology } from '../connection/redis-gateway.js';
import type { LeaseKeeper } from './lease-keeper.js';
import type { Lease } from './lease.js';

/** Bounds the wait for replicas, in milliseconds: whatever else this process sends to the server waits as long. */
const MAX_WAIT_MS = 300;

/** Says where nothing waits for replicas, and why. */
const UNKNOWN_REPLICAS: Partial<Record<RedisTopology, string>> = {
  cluster:
    'cannot be used on a cluster, where nobody knows which replicas are asked; leave it out, or use LockService.quorum',
  rest: 'cannot be used over REST, which keeps no connection to wait on; leave it out, or connect over TCP',
};

/**
 * Lets a lock count only when enough replicas have it, so that a failover does not lose it.
 *
 * @internal
 */
export class ReplicaGuard {
  readonly #redis: RedisGateway;
  readonly #replicas: number;

  /** @throws {InvalidOptionsError} on a cluster and over REST. */
  constructor(redis: RedisGateway, replicas: number) {
    const message = UNKNOWN_REPLICAS[redis.topology];
    if (message !== undefined)
      throw new InvalidOptionsError('RedisModule', [{ path: 'lock.replicas', message }]);
    this.#redis = redis;
    this.#replicas = replicas;
  }

  /**
   * Waits until the replicas have a lease that `keeper` keeps; `queued` when it was handed over. WAIT, O(1).
   *
   * @throws {RedisUnavailableError} when too few of them had it in time.
   * @throws {LockLostError} when it has ended meanwhile.
   */
  async pass(lease: Lease, queued: boolean, keeper: LeaseKeeper): Promise<void> {
    // Replicas are asked for what this connection wrote; a lock that was handed over was written by another.
    if (queued) await keeper.extend(lease, lease.ttlMs);
    await this.#wait(lease.ttlMs);
    keeper.assertHeld(lease);
  }

  async #wait(leaseMs: number): Promise<void> {
    const timeoutMs = Math.max(1, Math.floor(Math.min(leaseMs / 3, MAX_WAIT_MS)));
    const reached = Number(await this.#redis.send(['WAIT', this.#replicas, timeoutMs]));
    if (reached >= this.#replicas) return;
    const outlook = `${reached} of ${this.#replicas} replicas had the lock in time, so it was given back; see lock.replicas.`;
    throw new RedisUnavailableError(this.#redis.name, 'unreplicated', { outlook });
  }
}
