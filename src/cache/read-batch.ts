import type { RedisCommand } from '../connection/lua-script.js';
import type { RedisGateway } from '../connection/redis-gateway.js';

interface Wanted<T> {
  readonly keys: readonly string[];
  readonly resolve: (found: T) => void;
  readonly reject: (error: unknown) => void;
}

type Contents = readonly (string | null)[];

/** Bounds one command, so that its reply does not keep others waiting. */
const MAX_KEYS = 256;

/**
 * Reads together what the callers of one turn of the event loop ask for: one MGET, in which each key stands once. A
 * caller who is alone sends a GET, and nobody waits for company.
 *
 * @internal
 */
export class ReadBatch {
  readonly #redis: RedisGateway;
  readonly #flushReads = () => this.#sendReads();
  readonly #flushTtls = () => void this.#sendTtls();
  #reads: Wanted<Contents>[] = [];
  #ttls: Wanted<number>[] = [];

  constructor(redis: RedisGateway) {
    this.#redis = redis;
  }

  /** Reads keys; null where there is none. */
  read(keys: readonly string[]): Promise<Contents> {
    return new Promise((resolve, reject) => {
      // Callers who were answered by one reply ask again within one turn; the end of it is when all have.
      if (this.#reads.push({ keys, resolve, reject }) === 1) process.nextTick(this.#flushReads);
    });
  }

  /** Reads a key's remaining ttl in ms; negative when there is no key or it does not expire. */
  ttl(key: string): Promise<number> {
    return new Promise((resolve, reject) => {
      if (this.#ttls.push({ keys: [key], resolve, reject }) === 1) process.nextTick(this.#flushTtls);
    });
  }

  #sendReads(): void {
    const all = this.#reads;
    this.#reads = [];
    for (let from = 0; from < all.length;) {
      let to = from;
      for (let keys = 0; to < all.length && (to === from || keys < MAX_KEYS); to++) {
        keys += all[to]?.keys.length ?? 0;
      }
      void this.#send(all.slice(from, to));
      from = to;
    }
  }

  async #send(all: readonly Wanted<Contents>[]): Promise<void> {
    try {
      const [first] = all;
      if (all.length === 1 && first?.keys.length === 1) {
        first.resolve([(await this.#redis.send(['GET', ...first.keys])) as string | null]);
        return;
      }
      const positions = new Map<string, number>();
      for (const { keys } of all) {
        for (const key of keys) if (!positions.has(key)) positions.set(key, positions.size);
      }
      const contents = await this.#fetch(positions);
      for (const { keys, resolve } of all)
        resolve(keys.map((key) => contents[positions.get(key) ?? 0] ?? null));
    } catch (error) {
      for (const { reject } of all) reject(error);
    }
  }

  async #fetch(positions: ReadonlyMap<string, number>): Promise<(string | null)[]> {
    const contents: (string | null)[] = [];
    const fetchGroup = async (group: readonly string[]) => {
      const found = (await this.#redis.send(['MGET', ...group])) as (string | null)[];
      group.forEach((key, index) => (contents[positions.get(key) ?? 0] = found[index] ?? null));
    };
    await Promise.all(this.#redis.groupKeys([...positions.keys()]).map(fetchGroup));
    return contents;
  }

  async #sendTtls(): Promise<void> {
    const all = this.#ttls;
    this.#ttls = [];
    try {
      const replies = await this.#redis.sendMany(all.map(({ keys }): RedisCommand => ['PTTL', ...keys]));
      all.forEach(({ resolve, reject }, index) => {
        const reply = replies[index];
        if (reply instanceof Error) reject(reply);
        else resolve(Number(reply));
      });
    } catch (error) {
      for (const { reject } of all) reject(error);
    }
  }
}
