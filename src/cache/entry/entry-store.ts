import { RedisUnavailableError } from '../../connection/connection.errors.js';
import type { RedisReply } from '../../connection/lua-script.js';
import type { RedisGateway } from '../../connection/redis-gateway.js';
import { MARKER_START } from './entry-content.js';
import type { L1Tier } from '../l1/l1-tier.js';
import type { OwnChanges } from './own-changes.js';
import { ReadBatch } from './read-batch.js';
import { DELETE_ENTRIES_N } from '../lua/generated.js';
import { SwapBatch, type Swap, type SwapOutcome } from './swap-batch.js';

/**
 * Reads and writes the contents of entries in Redis.
 *
 * @internal
 */
export class EntryStore {
  private readonly reads: ReadBatch;
  private readonly replicaReads: ReadBatch;
  private readonly swaps: SwapBatch;

  constructor(
    private readonly redis: RedisGateway,
    private readonly l1: L1Tier,
    private readonly changes: OwnChanges,
  ) {
    this.reads = new ReadBatch(redis);
    this.replicaReads = new ReadBatch(redis, { mayBeOld: true });
    this.swaps = new SwapBatch(redis, (swap) => this.#swapped(swap));
  }

  /** Reads a key, together with those others ask for; null where there is nothing. GET or MGET, O(1) a key. */
  read(key: string): Promise<string | null> {
    return this.reads.read(key);
  }

  /** Tells whether a replica may be asked for a key: not for what this process has changed a short while ago. */
  mayBeOld(key: string): boolean {
    return this.redis.capabilities.replicas && !this.changes.has(key);
  }

  /** Reads likewise what may be old, see `mayBeOld`. */
  readOld(key: string): Promise<string | null> {
    return this.replicaReads.read(key);
  }

  /** Writes whatever was there before. SET, O(1). */
  async write(key: string, content: string, ttlMs: number): Promise<void> {
    await this.#changing([key], () => this.redis.send(['SET', key, content, 'PX', ttlMs]));
  }

  /** Replaces what a key holds if it is still as expected. One script, O(length of the content). */
  swap(swap: Swap): Promise<SwapOutcome> {
    this.#note([swap.key]);
    return this.swaps.swap(swap);
  }

  /** Puts a content where there is nothing, and else tells what there is. One script, O(length of the content). */
  add(swap: Omit<Swap, 'expected'>): Promise<SwapOutcome> {
    this.#note([swap.key]);
    return this.swaps.add(swap);
  }

  /** Returns the remaining ttl in ms, read together with those others ask for; negative without one. PTTL, O(1). */
  ttl(key: string): Promise<number> {
    return this.reads.ttl(key);
  }

  /** Removes entries and the markers of loads. One script a slot, O(1) a key. @returns how many values there were. */
  async delete(keys: readonly string[]): Promise<number> {
    const remove = (group: string[]) =>
      this.redis.run({ script: DELETE_ENTRIES_N, keys: group, args: [MARKER_START] });
    const counts = await this.#changing(keys, () => Promise.all(this.redis.groupKeys(keys).map(remove)));
    return this.#sum(counts);
  }

  /** Removes keys whatever they hold. UNLINK, O(1) a key. @returns how many there were. */
  async unlink(keys: readonly string[]): Promise<number> {
    const unlink = (group: string[]) => this.redis.send(['UNLINK', ...group]);
    const counts = await this.#changing(keys, () => Promise.all(this.redis.groupKeys(keys).map(unlink)));
    return this.#sum(counts);
  }

  /** Walks the keys that match on every master, in batches; a key may come twice. */
  scan(pattern: string): AsyncIterable<string[]> {
    return this.redis.scan(pattern);
  }

  #swapped({ key, content }: Swap): void {
    this.#note([key]);
    this.l1.forget([key]);
    // A marker only says that the value is not good any more, which every reader sees for himself.
    if (content?.startsWith(MARKER_START) !== true) this.l1.announce([key]);
  }

  /**
   * Changes keys, and lets this process forget them: at once, and again when the change is done, since what was read in
   * between may be from before it, and the news of it may take longer than its reply.
   */
  async #changing<T>(keys: readonly string[], change: () => Promise<T>): Promise<T> {
    this.l1.forget(keys);
    this.#note(keys);
    try {
      return await change();
    } finally {
      this.#note(keys);
      this.l1.forget(keys);
      this.l1.announce(keys);
    }
  }

  #note(keys: readonly string[]): void {
    if (this.redis.capabilities.replicas) this.changes.note(keys);
  }

  #sum(counts: readonly RedisReply[]): number {
    const sum = counts.reduce<number>((total, count) => total + Number(count), 0);
    if (Number.isSafeInteger(sum)) return sum;
    throw new RedisUnavailableError(this.redis.name, 'bad-answer');
  }
}
