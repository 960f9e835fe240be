import type { RedisReply, ScriptCall } from '../connection/lua-script.js';
import type { RedisGateway } from '../connection/redis-gateway.js';
import type { LockKeys } from './lock-keys.js';
import { ACQUIRE_SHARE_3, RELEASE_SHARE_3, RENEW_SHARES_N } from './lua/generated.js';

/** Says how much a claim takes of something that several may hold. @internal */
export interface Share {
  /** Is 1, or the limit to be alone. */
  readonly weight: number;
  /** Is how much may be held in all. */
  readonly limit: number;
}

/** Is somebody who wants a share, or has it. */
interface ShareClaim {
  readonly keys: LockKeys;
  readonly token: string;
  readonly label: string;
  readonly firstMs: number;
  readonly share: Share;
}

/** Is what the three scripts of a kind of lock take first: what channels begin with, and whether PUBLISH counts all. */
type Station = readonly [channels: string, countsListeners: 0 | 1];

/**
 * Is the typed face of the scripts for what several may hold.
 *
 * @internal
 */
export class ShareScripts {
  constructor(
    private readonly redis: RedisGateway,
    private readonly station: Station,
  ) {}

  /** Takes a share or a place in the queue, O(log n) in the holders; O(n) in holders and queue for `rejoin`. */
  acquire(
    claim: ShareClaim & { readonly ttlMs: number },
    mode: string,
    guardMs: number,
  ): Promise<RedisReply> {
    const args = [...this.station, entryOf(claim), claim.ttlMs, mode, guardMs];
    return this.redis.run({ script: ACQUIRE_SHARE_3, keys: listOf(claim.keys), args });
  }

  /**
   * Gives back a share, O(log n) in the holders when its fence is known, and a place in the queue, O(n) in that.
   *
   * @returns how many were given back.
   */
  release(claim: ShareClaim & { readonly fence?: bigint | undefined }): Promise<RedisReply> {
    const { fence, keys } = claim;
    const member = fence === undefined ? '' : memberOf({ ...claim, fence });
    return this.#release(keys, [entryOf(claim), member]);
  }

  /** Takes the shares of all who have one and tells them, O(n). @returns how many there were. */
  revoke(keys: LockKeys): Promise<RedisReply> {
    return this.#release(keys, ['', '']);
  }

  /** Returns what prolongs leases whose keys may be named together, in one command, O(n log m) in the holders of each. */
  renewal(
    renewals: readonly (Omit<ShareClaim, 'firstMs'> & { readonly fence: bigint; readonly ttlMs: number })[],
  ): Required<Omit<ScriptCall, 'binary'>> {
    const keys = renewals.flatMap(({ keys }) => [keys.lease, keys.fence]);
    const args = renewals.flatMap((renewal) => [memberOf(renewal), renewal.ttlMs, renewal.share.limit]);
    return { script: RENEW_SHARES_N, keys, args };
  }

  #release(keys: LockKeys, claim: readonly [entry: string, member: string]): Promise<RedisReply> {
    const args = [...this.station, ...claim];
    return this.redis.run({ script: RELEASE_SHARE_3, keys: listOf(keys), args });
  }
}

function entryOf({ token, firstMs, share, label }: Omit<ShareClaim, 'keys'>): string {
  return `${token} ${firstMs} ${share.weight} ${share.limit} ${label}`;
}

function memberOf({
  token,
  share,
  fence,
  label,
}: Pick<ShareClaim, 'token' | 'share' | 'label'> & { fence: bigint }): string {
  return `${token} ${share.weight} ${fence} ${label}`;
}

function listOf({ lease, fence, queue }: LockKeys): string[] {
  return [lease, fence, queue];
}
