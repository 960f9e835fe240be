import type { Lease } from './lease.js';
import type { Patience, Wish } from './lock-acquirer.js';
import type { LeaseSource } from './lock-engine.js';

/**
 * Acquires several locks: all of them, or none.
 *
 * What is free at once is taken in one step. Otherwise one is waited for after the other, in the order of their keys,
 * which is the same in every process: so no two callers ever wait for each other.
 *
 * @internal
 */
export class SeveralLocks {
  constructor(private readonly engine: LeaseSource) {}

  /**
   * Acquires what the wishes name, each once.
   *
   * @returns null when one is held and not to be waited for.
   * @throws {LockTimeoutError} when not all of them became free in time.
   * @throws {LockLostError} when one was lost while the others were waited for.
   * @throws {RedisUnavailableError} when the server cannot be reached in time.
   */
  async acquire(wishes: readonly Wish[], patience: Patience): Promise<readonly Lease[] | null> {
    const { engine } = this;
    const [only] = wishes;
    if (only === undefined) return [];
    if (wishes.length === 1) {
      const lease = await engine.acquire(only, patience);
      return lease === null ? null : [lease];
    }
    const together = engine.canTogether(wishes) ? await engine.tryTogether(wishes, patience) : undefined;
    // On a cluster null is known only after asking for one after the other.
    if (together !== undefined && (together !== null || patience.waitMs === 0)) return together;
    const untilMs = engine.clock.monotonic() + patience.waitMs;
    return this.#inOrder(wishes.toSorted(byKey), { ...patience, untilMs });
  }

  async #inOrder(wishes: readonly Wish[], patience: Patience): Promise<readonly Lease[] | null> {
    const { keeper } = this.engine;
    const held: Lease[] = [];
    const giveBack = () => Promise.all(held.map((lease) => keeper.discard(lease)));
    try {
      for (const wish of wishes) {
        const lease = await this.engine.acquire(wish, patience);
        if (lease === null) {
          await giveBack();
          return null;
        }
        held.push(lease);
      }
      for (const lease of held) keeper.assertHeld(lease);
      return held;
    } catch (error) {
      await giveBack();
      throw error;
    }
  }
}

function byKey(a: Wish, b: Wish): number {
  return a.keys.lease < b.keys.lease ? -1 : 1;
}
