import { createHash } from 'node:crypto';
import type { RedisGateway } from '../connection/redis-gateway.js';
import { MARKER_START } from './entry-content.js';
import { DELETE_ENTRIES_N, SWAP_ENTRY_1 } from './lua/generated.js';

/** Says how a swap ended. @internal */
export type SwapOutcome =
  | { readonly kind: 'swapped' }
  /** The key holds nothing, although something was expected. */
  | { readonly kind: 'gone' }
  /** The key holds something else. */
  | { readonly kind: 'other'; readonly content: string };

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
  constructor(private readonly redis: RedisGateway) {}

  /** Reads several keys in one round trip; null where there is none. GET or MGET, O(1) a key. */
  async read(keys: readonly string[]): Promise<(string | null)[]> {
    const [only, ...more] = keys;
    if (only !== undefined && more.length === 0)
      return [(await this.redis.send(['GET', only])) as string | null];
    const found = new Map<string, string | null>();
    const groups = this.redis.groupKeys([...new Set(keys)]);
    const read = async (group: string[]) => {
      const contents = (await this.redis.send(['MGET', ...group])) as (string | null)[];
      group.forEach((key, index) => found.set(key, contents[index] ?? null));
    };
    await Promise.all(groups.map(read));
    return keys.map((key) => found.get(key) ?? null);
  }

  /** Writes whatever was there before. SET, O(1). */
  async write(key: string, content: string, ttlMs: number): Promise<void> {
    await this.redis.send(['SET', key, content, 'PX', ttlMs]);
  }

  /** Replaces what a key holds if it is still as expected. One script, O(length of the content). */
  async swap({ key, expected, content, ttlMs, keepsTtl = false }: Swap): Promise<SwapOutcome> {
    const args = [expected === null ? '' : sha1(expected), content ?? '', ttlMs, keepsTtl ? 1 : 0];
    const reply = await this.redis.run({ script: SWAP_ENTRY_1, keys: [key], args });
    if (typeof reply === 'string') return { kind: 'other', content: reply };
    return { kind: reply === 1 ? 'swapped' : 'gone' };
  }

  /** Removes entries and the markers of loads. One script a slot, O(1) a key. @returns how many values there were. */
  async delete(keys: readonly string[]): Promise<number> {
    const groups = this.redis.groupKeys(keys);
    const counts = await Promise.all(
      groups.map((group) => this.redis.run({ script: DELETE_ENTRIES_N, keys: group, args: [MARKER_START] })),
    );
    return counts.reduce<number>((sum, count) => sum + Number(count), 0);
  }

  /** Removes keys whatever they hold. UNLINK, O(1) a key. @returns how many there were. */
  async unlink(keys: readonly string[]): Promise<number> {
    const groups = this.redis.groupKeys(keys);
    const counts = await Promise.all(groups.map((group) => this.redis.send(['UNLINK', ...group])));
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
}

function sha1(content: string): string {
  return createHash('sha1').update(content).digest('hex');
}
