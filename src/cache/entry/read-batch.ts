import type { RedisCommand } from '../../connection/lua-script.js';
import type { CallOptions, RedisGateway } from '../../connection/redis-gateway.js';

interface Wanted<T> {
  readonly key: string;
  readonly resolve: (found: T) => void;
  readonly reject: (error: unknown) => void;
}

type Content = string | null;

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
  readonly #options: CallOptions;
  readonly #flushReads = () => this.#sendReads();
  readonly #flushTtls = () => void this.#sendTtls();
  #reads: Wanted<Content>[] = [];
  #ttls: Wanted<number>[] = [];

  constructor(redis: RedisGateway, options: CallOptions = {}) {
    this.#redis = redis;
    this.#options = options;
  }

  /** Reads a key; null where there is nothing. */
  read(key: string): Promise<Content> {
    return new Promise((resolve, reject) => {
      // Callers who were answered by one reply ask again within one turn; the end of it is when all have.
      if (this.#reads.push({ key, resolve, reject }) === 1) process.nextTick(this.#flushReads);
    });
  }

  /** Reads a key's remaining ttl in ms; negative when there is no key or it does not expire. */
  ttl(key: string): Promise<number> {
    return new Promise((resolve, reject) => {
      if (this.#ttls.push({ key, resolve, reject }) === 1) process.nextTick(this.#flushTtls);
    });
  }

  #sendReads(): void {
    const all = this.#reads;
    this.#reads = [];
    const [first] = all;
    if (all.length === 1 && first !== undefined) void this.#sendOne(first);
    else if (all.length <= MAX_KEYS) void this.#send(all);
    else
      for (let from = 0; from < all.length; from += MAX_KEYS)
        void this.#send(all.slice(from, from + MAX_KEYS));
  }

  async #sendOne({ key, resolve, reject }: Wanted<Content>): Promise<void> {
    try {
      resolve((await this.#redis.send(['GET', key], this.#options)) as Content);
    } catch (error) {
      reject(error);
    }
  }

  async #send(all: readonly Wanted<Content>[]): Promise<void> {
    const found = new Map<string, Content>();
    for (const { key } of all) found.set(key, null);
    const fetch = async (keys: readonly string[]) => {
      const contents = (await this.#redis.send(['MGET', ...keys], this.#options)) as Content[];
      keys.forEach((key, index) => found.set(key, contents[index] ?? null));
    };
    try {
      await Promise.all(this.#redis.groupKeys([...found.keys()]).map(fetch));
      for (const { key, resolve } of all) resolve(found.get(key) ?? null);
    } catch (error) {
      for (const { reject } of all) reject(error);
    }
  }

  async #sendTtls(): Promise<void> {
    const all = this.#ttls;
    this.#ttls = [];
    try {
      const replies = await this.#redis.sendMany(all.map(({ key }): RedisCommand => ['PTTL', key]));
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
