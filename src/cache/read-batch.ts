import type { RedisCommand, RedisReply } from '../connection/lua-script.js';
import type { RedisGateway } from '../connection/redis-gateway.js';

/** Is what a read brought. @internal */
export interface ReadResult {
  /** Are the contents in the order of the keys; null where there is none. */
  readonly contents: readonly (string | null)[];
  /** Is the remaining ttl of the first key in ms, if it was asked for; negative when there is no key or it does not expire. */
  readonly ttlMs: number;
}

interface Wanted {
  readonly keys: readonly string[];
  readonly wantsTtl: boolean;
  readonly resolve: (result: ReadResult) => void;
  readonly reject: (error: unknown) => void;
}

/** Bounds one command, so that its reply does not keep others waiting. */
const MAX_KEYS = 256;
const NO_TTL = -1;

/**
 * Reads together what the callers of one turn of the event loop ask for: one MGET, in which each key stands once. A
 * caller who is alone sends a GET, and nobody waits for company.
 *
 * @internal
 */
export class ReadBatch {
  readonly #redis: RedisGateway;
  readonly #flush = () => this.#sendAll();
  #wanted: Wanted[] = [];

  constructor(redis: RedisGateway) {
    this.#redis = redis;
  }

  /** Reads keys, and the ttl of the first if it is wanted. */
  read(keys: readonly string[], wantsTtl = false): Promise<ReadResult> {
    return new Promise((resolve, reject) => {
      // Callers who were answered by one reply ask again within one turn; the end of it is when all have.
      if (this.#wanted.push({ keys, wantsTtl, resolve, reject }) === 1) process.nextTick(this.#flush);
    });
  }

  #sendAll(): void {
    const all = this.#wanted;
    this.#wanted = [];
    for (let from = 0; from < all.length;) {
      let to = from;
      for (let keys = 0; to < all.length && (to === from || keys < MAX_KEYS); to++) {
        keys += all[to]?.keys.length ?? 0;
      }
      void this.#send(from === 0 && to === all.length ? all : all.slice(from, to));
      from = to;
    }
  }

  async #send(all: readonly Wanted[]): Promise<void> {
    const [first] = all;
    if (all.length === 1 && first?.keys.length === 1 && !first.wantsTtl) return this.#sendOne(first);
    try {
      const positions = new Map<string, number>();
      const withTtl = new Set<string>();
      for (const { keys, wantsTtl } of all) {
        for (const key of keys) if (!positions.has(key)) positions.set(key, positions.size);
        if (wantsTtl && keys[0] !== undefined) withTtl.add(keys[0]);
      }
      const { contents, ttls } = await this.#fetch(positions, withTtl);
      for (const { keys, wantsTtl, resolve } of all) {
        const read = keys.map((key) => contents[positions.get(key) ?? 0] ?? null);
        resolve({ contents: read, ttlMs: wantsTtl ? (ttls.get(keys[0] ?? '') ?? NO_TTL) : NO_TTL });
      }
    } catch (error) {
      for (const { reject } of all) reject(error);
    }
  }

  async #sendOne({ keys, resolve, reject }: Wanted): Promise<void> {
    try {
      const content = (await this.#redis.send(['GET', ...keys])) as string | null;
      resolve({ contents: [content], ttlMs: NO_TTL });
    } catch (error) {
      reject(error);
    }
  }

  async #fetch(
    positions: ReadonlyMap<string, number>,
    withTtl: ReadonlySet<string>,
  ): Promise<{ contents: (string | null)[]; ttls: Map<string, number> }> {
    const contents: (string | null)[] = [];
    const ttls = new Map<string, number>();
    const fetchGroup = async (group: readonly string[]) => {
      const timed = withTtl.size === 0 ? [] : group.filter((key) => withTtl.has(key));
      const [read, ...pttls] = await this.#ask(group, timed);
      const found = group.length === 1 ? [read] : (read as RedisReply[]);
      group.forEach(
        (key, index) => (contents[positions.get(key) ?? 0] = (found[index] ?? null) as string | null),
      );
      timed.forEach((key, index) => ttls.set(key, Number(pttls[index])));
    };
    const groups = this.#redis.groupKeys([...positions.keys()]);
    await Promise.all(groups.map(fetchGroup));
    return { contents, ttls };
  }

  async #ask(group: readonly string[], timed: readonly string[]): Promise<RedisReply[]> {
    const get: RedisCommand = group.length === 1 ? ['GET', ...group] : ['MGET', ...group];
    if (timed.length === 0) return [await this.#redis.send(get)];
    const replies = await this.#redis.sendMany([get, ...timed.map((key): RedisCommand => ['PTTL', key])]);
    return replies.map((reply) => {
      if (reply instanceof Error) throw reply;
      return reply;
    });
  }
}
