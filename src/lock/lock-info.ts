import type { KeySpace } from '../common/keys/key-space.js';
import { RedisReplyError } from '../connection/connection.errors.js';
import type { RedisReply } from '../connection/lua-script.js';
import type { RedisGateway } from '../connection/redis-gateway.js';
import { lockKeys, resourceOf, siblingKeys, type LockKeys, type LockKind } from './lock-keys.js';

/** Describes a lock, a permit of a semaphore or a side of a read-write lock that somebody holds. @publicApi */
export interface LockInfo {
  /** Is what is locked. */
  readonly resource: string;
  /** Says what of it is held: the lock, a permit of the semaphore, or one side of the read-write lock. */
  readonly kind: 'lock' | 'permit' | 'read' | 'write';
  /** Is who holds it, as the holder named itself. */
  readonly owner: string;
  /** Is the name of the machine on which it is held. */
  readonly host: string;
  /** Is when it was acquired, by the server's clock. */
  readonly since: Date;
  readonly fence: bigint;
  /** Is how long the lease lasts unless it is prolonged, in milliseconds. */
  readonly ttlMs: number;
  /** Counts those who wait for it, dead ones included until their turn comes. */
  readonly waiting: number;
}

const LEASE = /^\S+ (\d+) (\d+) (\S+) (.*)$/;
const SHARE = /^\S+ (\d+) (\d+) (\S+) (.*)$/;

/** Looks at what is held without taking part; skips what stands under its keys and was not written by this library. @internal */
export class LockInspector {
  constructor(
    private readonly redis: RedisGateway,
    private readonly keys: KeySpace,
  ) {}

  /** Describes one lock, O(1). @returns null when nobody holds it. */
  async inspect(resource: string): Promise<LockInfo | null> {
    return (await this.#readLock(lockKeys(this.keys, resource), resource)) ?? null;
  }

  /** Describes all who hold a semaphore or a read-write lock, O(n). */
  inspectShares(resource: string, kind: Exclude<LockKind, 'lock'>): Promise<LockInfo[]> {
    return this.#readShares(lockKeys(this.keys, resource, kind), resource);
  }

  /** Lists everything that is held. SCAN, O(keyspace). */
  async *list(): AsyncIterable<LockInfo> {
    const seen = new Set<string>();
    for await (const found of this.redis.scan(`${this.keys.prefix('lock')}{*}:*`)) {
      for (const key of found) {
        const keys = siblingKeys(key);
        if (keys === undefined || seen.has(key)) continue;
        seen.add(key);
        if (keys.kind !== 'lock') yield* await this.#readShares(keys, resourceOf(key));
        else yield* [await this.#readLock(keys, resourceOf(key))].filter((info) => info !== undefined);
      }
    }
  }

  async #readLock({ lease, queue }: LockKeys, resource: string): Promise<LockInfo | undefined> {
    const [held, ttlMs, waiting] = await this.#ask(['GET', lease], ['PTTL', lease], ['LLEN', queue]);
    const [, fence, since, host, owner] = LEASE.exec(String(held)) ?? [];
    if (fence === undefined || host === undefined || owner === undefined) return undefined;
    return {
      resource,
      kind: 'lock',
      owner,
      host: nameOf(host),
      since: new Date(Number(since)),
      fence: BigInt(fence),
      ttlMs: Math.max(0, Number(ttlMs)),
      waiting: Number(waiting),
    };
  }

  /** The key of the shares ends with the last of their leases, so it tells the server's time as well. */
  async #readShares({ kind, lease, queue }: LockKeys, resource: string): Promise<LockInfo[]> {
    const all = ['ZRANGE', lease, 0, -1, 'WITHSCORES'] as const;
    const [held, ttlMs, waiting] = await this.#ask(all, ['PTTL', lease], ['LLEN', queue]);
    const words = Array.isArray(held) ? held.flat().map(String) : [];
    const endsMs = words.filter((_, i) => i % 2 === 1).map(Number);
    const nowMs = Math.max(...endsMs) - Number(ttlMs);
    const shares = words.filter((_, i) => i % 2 === 0);
    return shares.flatMap((share, i) => {
      const [, weight, fence, host, owner] = SHARE.exec(share) ?? [];
      const leftMs = (endsMs[i] ?? 0) - nowMs;
      if (fence === undefined || host === undefined || owner === undefined || leftMs <= 0) return [];
      const side = weight === '1' ? ('read' as const) : ('write' as const);
      return {
        resource,
        kind: kind === 'semaphore' ? 'permit' : side,
        owner,
        host: nameOf(host),
        // A fence is the time of its making in microseconds, unless the server's clock was set back.
        since: new Date(Number(BigInt(fence) / 1_000n)),
        fence: BigInt(fence),
        ttlMs: leftMs,
        waiting: Number(waiting),
      };
    });
  }

  async #ask(...commands: Parameters<RedisGateway['sendMany']>[0]): Promise<RedisReply[]> {
    return (await this.redis.sendMany(commands)).map(valueOf);
  }
}

/** The server refuses to read what is of another type: that is not ours. */
function valueOf(reply: RedisReply | Error): RedisReply {
  if (reply instanceof RedisReplyError && reply.replyCode === 'WRONGTYPE') return null;
  if (reply instanceof Error) throw reply;
  return reply;
}

function nameOf(host: string): string {
  try {
    return decodeURIComponent(host);
  } catch {
    return host;
  }
}
