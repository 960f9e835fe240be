import type { RedisReply } from '../connection/lua-script.js';
import type { RedisGateway } from '../connection/redis-gateway.js';
import { ACQUIRE_3, RELEASE_3, RENEW_N } from './lua/generated.js';
import type { LockKeys } from './lock-keys.js';

/** Says whether to take a place in the queue when the lock is held. @internal */
export type AcquireMode = 'try' | 'join' | 'rejoin';

/** Is somebody who wants a lock. @internal */
export interface Claim {
  readonly keys: LockKeys;
  /** Is `<station>.<number>`, unique for each acquisition. */
  readonly token: string;
  /** Is the host and the owner, for people who look at the lock. */
  readonly label: string;
  readonly ttlMs: number;
  /** Is the lease in milliseconds when the lock has to be waited for. */
  readonly firstMs: number;
}

/** Says what became of a claim. @internal */
export type AcquireReply =
  | { readonly kind: 'held'; readonly fence: bigint; readonly leaseMs: number }
  | {
      readonly kind: 'queued' | 'queued-before' | 'busy';
      /** Is when the lock may be free without anybody saying so. */
      readonly freeInMs: number;
      /** Is the server's time in milliseconds. */
      readonly serverMs: number;
    };

/** Is one lease to prolong. @internal */
export interface Renewal {
  readonly keys: LockKeys;
  readonly token: string;
  readonly fence: bigint;
  readonly ttlMs: number;
  /** Is the moment of acquisition in milliseconds since 1970, and the label of the claim. */
  readonly since: string;
}

/** Says what became of a renewal: prolonged, set again after the server had lost everything, or not ours. @internal */
export type RenewReply = 'renewed' | 'restored' | 'gone';

const UNHELD = { [-1]: 'queued', [-2]: 'busy', [-3]: 'queued-before' } as const;
const RENEWED = new Map<RedisReply, RenewReply>([
  [1, 'renewed'],
  [2, 'restored'],
]);

/**
 * Is the typed face of the lock scripts.
 *
 * @internal
 */
export class LockScripts {
  readonly #countsListeners: 0 | 1;

  constructor(
    private readonly redis: RedisGateway,
    /** Is what the channel of every station begins with. */
    readonly channels: string,
  ) {
    this.#countsListeners = redis.topology === 'cluster' ? 0 : 1;
  }

  /** Takes a lock or a place in its queue. O(1); O(n) in the queue for `rejoin`. */
  async acquire(claim: Claim, mode: AcquireMode, guardMs: number): Promise<AcquireReply> {
    const args = [this.channels, this.#countsListeners, entryOf(claim), claim.ttlMs, mode, guardMs];
    const reply = await this.redis.run({ script: ACQUIRE_3, keys: listOf(claim.keys), args });
    const [head, ms, serverMs] = reply as [number, number, number];
    if (head > 0) return { kind: 'held', fence: BigInt(head), leaseMs: ms };
    return { kind: UNHELD[head as keyof typeof UNHELD], freeInMs: Math.max(0, ms), serverMs };
  }

  /** Gives back a lock, or a place in its queue, O(n) in the queue. @returns whether the lock was the claim's. */
  release(claim: Pick<Claim, 'keys' | 'token' | 'label' | 'firstMs'>): Promise<boolean> {
    return this.#release(claim.keys, entryOf(claim));
  }

  /** Takes a lock from whoever holds it and tells them. @returns whether somebody held it. */
  revoke(keys: LockKeys): Promise<boolean> {
    return this.#release(keys, '');
  }

  /** Prolongs leases whose keys may be named together, in one command, O(n). */
  async renew(renewals: readonly Renewal[], timeoutMs: number): Promise<RenewReply[]> {
    const keys = renewals.flatMap(({ keys }) => [keys.lease, keys.fence]);
    const args = renewals.flatMap(({ token, fence, ttlMs, since }) => [token, String(fence), ttlMs, since]);
    const replies = await this.redis.run({ script: RENEW_N, keys, args }, { timeoutMs });
    return (replies as RedisReply[]).map((reply) => RENEWED.get(reply) ?? 'gone');
  }

  async #release(keys: LockKeys, entry: string): Promise<boolean> {
    const args = [this.channels, this.#countsListeners, entry];
    return (await this.redis.run({ script: RELEASE_3, keys: listOf(keys), args })) === 1;
  }
}

function entryOf({ token, firstMs, label }: Pick<Claim, 'token' | 'firstMs' | 'label'>): string {
  return `${token} ${firstMs} ${label}`;
}

function listOf({ lease, fence, queue }: LockKeys): string[] {
  return [lease, fence, queue];
}
