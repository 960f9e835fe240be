import { createHash } from 'node:crypto';
import type { RedisGateway } from '../connection/redis-gateway.js';
import { MARKER_START } from './entry-content.js';
import type { L1Tier } from './l1/l1-tier.js';
import { ReadBatch } from './read-batch.js';
import { DELETE_ENTRIES_N, SWAP_ENTRY_1 } from './lua/generated.js';

/** Says how a swap ended. @internal */
export type SwapOutcome =
  | { readonly kind: 'swapped' }
  /** The key holds nothing, although something was expected. */
  | { readonly kind: 'gone' }
  /** The key holds something else. */
  | { readonly kind: 'other'; readonly content: string };

/** Is what a key holds, null for nothing, and its remaining ttl in ms, negative for none or when it was not asked for. @internal */
export interface FoundContent {
  readonly content: string | null;
  readonly ttlMs: number;
}

/** Is a replacement of what a key holds, on condition that it is still as expected. @internal */
export interface Swap {
  readonly key: string;
  /** Is the content the key must hold; null when it must hold none. */
  readonly expected: string | null;
  /** Is the content to put there; null removes the key. */
  readonly content: string | null;
  readonly ttlMs: number;
  /** Leaves the key the ttl it has if that is longer. @default false */
  readonly keepsTtl?: boolean;
}

/**
 * Reads and writes the contents of entries in Redis.
 *
 * @internal
 */
export class EntryStore {
  private readonly reads: ReadBatch;

  constructor(
    private readonly redis: RedisGateway,
    private readonly l1: L1Tier,
  ) {
    this.reads = new ReadBatch(redis);
  }

  /** Reads several keys in one round trip; null where there is none. GET or MGET, O(1) a key. */
  async read(keys: readonly string[]): Promise<readonly (string | null)[]> {
    return (await this.reads.read(keys)).contents;
  }

  /** Reads an entry, and its remaining ttl if it is wanted, in one round trip. GET or MGET, and PTTL, O(1). */
  async readEntry(key: string, wantsTtl: boolean): Promise<FoundContent> {
    const { contents, ttlMs } = await this.reads.read([key], wantsTtl);
    return { content: contents[0] ?? null, ttlMs };
  }

  /** Writes whatever was there before. SET, O(1). */
  async write(key: string, content: string, ttlMs: number): Promise<void> {
    await this.#changing([key], () => this.redis.send(['SET', key, content, 'PX', ttlMs]));
  }

  /** Replaces what a key holds if it is still as expected. One script, O(length of the content). */
  async swap({ key, expected, content, ttlMs, keepsTtl = false }: Swap): Promise<SwapOutcome> {
    const args = [expected === null ? '' : sha1(expected), content ?? '', ttlMs, keepsTtl ? 1 : 0];
    const reply = await this.redis.run({ script: SWAP_ENTRY_1, keys: [key], args });
    if (typeof reply === 'string') return { kind: 'other', content: reply };
    if (reply !== 1) return { kind: 'gone' };
    this.l1.forget([key]);
    // A marker only says that the value is not good any more, which every reader sees for himself.
    if (content?.startsWith(MARKER_START) !== true) this.l1.announce([key]);
    return { kind: 'swapped' };
  }

  /** Removes entries and the markers of loads. One script a slot, O(1) a key. @returns how many values there were. */
  async delete(keys: readonly string[]): Promise<number> {
    const remove = (group: string[]) =>
      this.redis.run({ script: DELETE_ENTRIES_N, keys: group, args: [MARKER_START] });
    const counts = await this.#changing(keys, () => Promise.all(this.redis.groupKeys(keys).map(remove)));
    return counts.reduce<number>((sum, count) => sum + Number(count), 0);
  }

  /** Removes keys whatever they hold. UNLINK, O(1) a key. @returns how many there were. */
  async unlink(keys: readonly string[]): Promise<number> {
    const unlink = (group: string[]) => this.redis.send(['UNLINK', ...group]);
    const counts = await this.#changing(keys, () => Promise.all(this.redis.groupKeys(keys).map(unlink)));
    return counts.reduce<number>((sum, count) => sum + Number(count), 0);
  }

  /** Walks the keys that match on every master, in batches; a key may come twice. */
  scan(pattern: string): AsyncIterable<string[]> {
    return this.redis.scan(pattern);
  }

  /** Returns the remaining ttl in ms; negative when there is no key or it does not expire. PTTL, O(1). */
  async ttl(key: string): Promise<number> {
    return Number(await this.redis.send(['PTTL', key]));
  }

  /**
   * Changes keys, and lets this process forget them: at once, and again when the change is done, since what was read in
   * between may be from before it, and the news of it may take longer than its reply.
   */
  async #changing<T>(keys: readonly string[], change: () => Promise<T>): Promise<T> {
    this.l1.forget(keys);
    try {
      return await change();
    } finally {
      this.l1.forget(keys);
      this.l1.announce(keys);
    }
  }
}

function sha1(content: string): string {
  return createHash('sha1').update(content).digest('hex');
}
