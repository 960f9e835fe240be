import { Injectable } from '@nestjs/common';
import { toError } from '../../common/errors.js';
import { SuiteEvents } from '../../common/events.js';
import { InjectGateway, STATE_CONNECTION } from '../../connection/connection.tokens.js';
import type { RedisGateway } from '../../connection/redis-gateway.js';
import { DecisionDeadline } from '../decisions/decision-deadline.js';
import { RENEW_PERMITS_N, TAKE_PERMIT_1 } from '../lua/generated.js';
import '../rate-limit.events.js';

/** Caps the permits of one script run, so that it never holds up the server for long. */
const MAX_RENEWALS = 64;

/** Is one call in flight, as Redis knows it. @internal */
export interface Permit {
  readonly key: string;
  /** Is unique. */
  readonly id: string;
  readonly leaseMs: number;
}

/** Says whether a permit was taken, and how many are. @internal */
export interface PermitReply {
  readonly allowed: boolean;
  readonly taken: number;
}

/**
 * Keeps the permits of all instances on Redis.
 *
 * @internal
 */
@Injectable()
export class PermitStore {
  constructor(
    @InjectGateway(STATE_CONNECTION) private readonly redis: RedisGateway,
    private readonly deadline: DecisionDeadline,
    private readonly events: SuiteEvents,
  ) {}

  /** Takes one of `limit` permits, or with an empty id only asks: O(log n). Null when Redis cannot tell in time. */
  take({ key, id, leaseMs }: Permit, limit: number): Promise<PermitReply | null> {
    if (this.deadline.isMissed || this.redis.availability.state === 'down') return Promise.resolve(null);
    return new Promise((resolve) => {
      const stop = this.deadline.watch(() => resolve(null));
      this.redis
        .run({ script: TAKE_PERMIT_1, keys: [key], args: [id, limit, leaseMs] })
        .then(
          (reply) => {
            const [allowed = 0, taken = 0] = reply as number[];
            resolve({ allowed: allowed === 1, taken });
          },
          (error: unknown) => {
            this.#tell(error);
            resolve(null);
          },
        )
        .finally(stop);
    });
  }

  /** Gives permits back: O(n). What does not reach Redis comes back with the end of its lease. */
  async release(permits: readonly Permit[]): Promise<void> {
    try {
      await Promise.all(permits.map(({ key, id }) => this.redis.send(['ZREM', key, id])));
    } catch (error) {
      this.#tell(error);
    }
  }

  /** Renews permits: O(n log n). What does not reach Redis is renewed the next time. */
  async renew(permits: readonly Permit[]): Promise<void> {
    const byKey = new Map<string, Permit[]>();
    for (const permit of permits) byKey.set(permit.key, [...(byKey.get(permit.key) ?? []), permit]);
    try {
      for (const keys of this.redis.groupKeys([...byKey.keys()])) {
        const group = keys.flatMap((key) => byKey.get(key) ?? []);
        for (let at = 0; at < group.length; at += MAX_RENEWALS)
          await this.#renew(group.slice(at, at + MAX_RENEWALS));
      }
    } catch (error) {
      this.#tell(error);
    }
  }

  /** Forgets all permits of a subject. @throws {RedisUnavailableError} when Redis is away. */
  async reset(key: string): Promise<void> {
    await this.redis.send(['UNLINK', key]);
  }

  async #renew(permits: readonly Permit[]): Promise<void> {
    const args = permits.flatMap(({ id, leaseMs }) => [id, leaseMs]);
    await this.redis.run({ script: RENEW_PERMITS_N, keys: permits.map(({ key }) => key), args });
  }

  #tell(error: unknown): void {
    this.events.emit('rate-limit:degraded', { error: toError(error) });
  }
}
