import type { ScriptCall } from '../connection/lua-script.js';
import type { RedisGateway } from '../connection/redis-gateway.js';
import { ClaimBatch } from './claim-batch.js';
import type { LockKeys } from './lock-keys.js';
import { LockReplies, type AcquireReply, type Held, type RenewReply } from './lock-replies.js';
import { ACQUIRE_MANY_N, ACQUIRE_N, RELEASE_N, RENEW_N } from './lua/generated.js';
import { ShareScripts, type Share } from './share.scripts.js';

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
  /** Is what it takes of a semaphore or a read-write lock. */
  readonly share?: Share | undefined;
}

/** Is a claim to give back; with its fence when it is known to have been granted. @internal */
export interface Returned extends Claim {
  readonly fence?: bigint | undefined;
}

/** Is one lease to prolong. @internal */
export interface Renewal {
  readonly keys: LockKeys;
  readonly token: string;
  readonly fence: bigint;
  readonly ttlMs: number;
  /** Is the moment of acquisition in milliseconds since 1970, and the label of the claim. */
  readonly since: string;
  readonly label: string;
  readonly share?: Share | undefined;
}

/** Is what prolongs one lease, with its ttl among the arguments at `msAt`. @internal */
export type RenewalCall = Required<Omit<ScriptCall, 'binary'>> & { readonly msAt: number };

/** Is the share of a claim of which nothing but its token is known. */
const UNKNOWN: Share = { weight: 1, limit: 1 };

interface ScriptSettings {
  /** Is 1 when PUBLISH counts every listener, which on Cluster are only those of one node. */
  readonly countsListeners?: 0 | 1;
  /** Is told of every lease that was given back, when whoever waits for it may have been handed it. */
  readonly onReturn?: (lease: string) => void;
  /** Is told of every claim that could not be given back, and why. */
  readonly onOwed?: (claim: Returned, error: unknown) => void;
}

/**
 * Is the typed face of the lock scripts.
 *
 * @internal
 */
export class LockScripts {
  readonly #station: readonly [channels: string, countsListeners: 0 | 1];
  readonly #shares: ShareScripts;
  readonly #replies: LockReplies;
  readonly #acquisitions: ClaimBatch<AcquireReply>;
  readonly #releases: ClaimBatch<boolean>;

  constructor(
    private readonly redis: RedisGateway,
    /** Is what the channel of every station begins with. */
    readonly channels: string,
    private readonly settings: ScriptSettings = {},
  ) {
    const countsAll = redis.capabilities.push && redis.topology !== 'cluster';
    this.#station = [channels, settings.countsListeners ?? (countsAll ? 1 : 0)];
    this.#shares = new ShareScripts(redis, this.#station);
    const replies = new LockReplies(redis.name);
    const lead = this.#station;
    this.#replies = replies;
    this.#acquisitions = new ClaimBatch(redis, replies, {
      script: ACQUIRE_N,
      lead,
      width: 3,
      read: (of, at) => replies.acquired(of[at] ?? 0, of[at + 1] ?? 0, of[at + 2]),
    });
    this.#releases = new ClaimBatch(redis, replies, {
      script: RELEASE_N,
      lead,
      width: 1,
      read: (of, at) => replies.released(of[at] ?? 0) > 0,
    });
  }

  /** Takes a lock or a place in its queue. O(1); O(n) in the queue for `rejoin`. */
  acquire(claim: Claim, mode: AcquireMode, guardMs: number): Promise<AcquireReply> {
    const { keys, share, ttlMs } = claim;
    if (share !== undefined)
      return this.#shares
        .acquire({ ...claim, share }, mode, guardMs)
        .then((reply) => this.#replies.shared(reply));
    return this.#acquisitions.ask(keys, [entryOf(claim), ttlMs, mode, guardMs]);
  }

  /** Takes several locks with one lease and one fence, or none of them, O(n). @returns null when one is held. */
  async acquireMany(claims: readonly [Claim, ...Claim[]], guardMs: number): Promise<Held | null> {
    const args = [...this.#station, claims[0].ttlMs, guardMs, ...claims.map(entryOf)];
    const keys = claims.flatMap((claim) => listOf(claim.keys));
    return this.#replies.acquiredTogether(await this.redis.run({ script: ACQUIRE_MANY_N, keys, args }));
  }

  /** Gives back a lock, or a place in its queue, O(n) in the queue. @returns whether the lock was the claim's. */
  async release(claim: Returned): Promise<boolean> {
    try {
      const wasHeld = await this.#giveBack(claim);
      this.settings.onReturn?.(claim.keys.lease);
      return wasHeld;
    } catch (error) {
      this.settings.onOwed?.(claim, error);
      throw error;
    }
  }

  /** Takes a lock from whoever holds it, or every share of it, and tells them. @returns whether somebody held it. */
  async revoke(keys: LockKeys): Promise<boolean> {
    return keys.kind === 'lock'
      ? this.#releases.ask(keys, [''])
      : this.#replies.released(await this.#shares.revoke(keys)) > 0;
  }

  /** Prolongs leases of one kind whose keys may be named together, in one command, O(n). */
  async renew(renewals: readonly Renewal[], timeoutMs: number): Promise<RenewReply[]> {
    const isOfShares = renewals[0]?.share !== undefined;
    const reply = isOfShares
      ? await this.redis.run(this.#shares.renewal(renewals.map(withShare)), { timeoutMs })
      : await this.redis.run(callOf(renewals), { timeoutMs });
    return this.#replies.renewed(reply, renewals.length);
  }

  /** Returns what prolongs one lease, for somebody else to send. */
  renewal(renewal: Renewal): RenewalCall {
    return renewal.share === undefined
      ? { ...callOf([renewal]), msAt: 2 }
      : { ...this.#shares.renewal([withShare(renewal)]), msAt: 1 };
  }

  #giveBack(claim: Returned): Promise<boolean> {
    const { keys, share = UNKNOWN } = claim;
    if (keys.kind === 'lock') return this.#releases.ask(keys, [entryOf(claim)]);
    return this.#shares.release({ ...claim, share }).then((reply) => this.#replies.released(reply) > 0);
  }
}

function callOf(renewals: readonly Renewal[]): Required<Omit<ScriptCall, 'binary'>> {
  const keys = renewals.flatMap(({ keys }) => [keys.lease, keys.fence]);
  const args = renewals.flatMap(({ token, fence, ttlMs, since }) => [token, String(fence), ttlMs, since]);
  return { script: RENEW_N, keys, args };
}

function withShare(renewal: Renewal): Renewal & { readonly share: Share } {
  return { ...renewal, share: renewal.share ?? UNKNOWN };
}

function entryOf({ token, firstMs, label }: Pick<Claim, 'token' | 'firstMs' | 'label'>): string {
  return `${token} ${firstMs} ${label}`;
}

function listOf({ lease, fence, queue }: LockKeys): string[] {
  return [lease, fence, queue];
}
