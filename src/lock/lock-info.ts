import type { KeySpace } from '../common/keys/key-space.js';
import type { RedisReply } from '../connection/lua-script.js';
import type { RedisGateway } from '../connection/redis-gateway.js';
import { lockKeys, resourceOf, siblingKeys, type LockKeys } from './lock-keys.js';

/** Describes a lock that somebody holds. @publicApi */
export interface LockInfo {
  /** Is what is locked. */
  readonly resource: string;
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

/** Looks at locks without taking part. @internal */
export class LockInspector {
  constructor(
    private readonly redis: RedisGateway,
    private readonly keys: KeySpace,
  ) {}

  /** Describes one lock, O(1). @returns null when nobody holds it. */
  inspect(resource: string): Promise<LockInfo | null> {
    return this.#read(lockKeys(this.keys, resource), resource);
  }

  /** Lists every lock that is held. SCAN, O(keyspace). */
  async *list(): AsyncIterable<LockInfo> {
    const seen = new Set<string>();
    for await (const leases of this.redis.scan(`${this.keys.prefix('lock')}{*}:lease`)) {
      for (const lease of leases) {
        if (seen.has(lease)) continue;
        seen.add(lease);
        const info = await this.#read(siblingKeys(lease), resourceOf(lease));
        if (info !== null) yield info;
      }
    }
  }

  async #read({ lease, queue }: LockKeys, resource: string): Promise<LockInfo | null> {
    const commands = [['GET', lease] as const, ['PTTL', lease] as const, ['LLEN', queue] as const];
    const [held, ttlMs, waiting] = (await this.redis.sendMany(commands)).map(valueOf);
    const [, fence, since, host, owner] = LEASE.exec(String(held)) ?? [];
    if (fence === undefined || host === undefined || owner === undefined) return null;
    return {
      resource,
      owner,
      host: decodeURIComponent(host),
      since: new Date(Number(since)),
      fence: BigInt(fence),
      ttlMs: Math.max(0, Number(ttlMs)),
      waiting: Number(waiting),
    };
  }
}

function valueOf(reply: RedisReply | Error): RedisReply {
  if (reply instanceof Error) throw reply;
  return reply;
}
