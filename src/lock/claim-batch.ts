import type { LuaScript, RedisArgument } from '../connection/lua-script.js';
import type { RedisGateway } from '../connection/redis-gateway.js';
import type { LockKeys } from './lock-keys.js';
import type { LockReplies } from './lock-replies.js';

/** Bounds one script, which keeps the server from everybody else. */
const MAX_CLAIMS = 32;
/** The turn has ended, and the server may begin with the first claims while the others are still written. */
const AT_ONCE = { atOnce: true };
/** Is the answer to a claim that fails by itself: it is asked again alone, for the error. */
const FAILED = -9;

interface Batching<T> {
  /** Takes three keys and some arguments for each claim. */
  readonly script: LuaScript;
  /** Are the arguments before those of the claims. */
  readonly lead: readonly RedisArgument[];
  /** Counts the integers that answer one claim. */
  readonly width: number;
  /** Reads those, which begin at `at`. */
  readonly read: (integers: readonly number[], at: number) => T;
}

interface Waiting<T> {
  readonly keys: LockKeys;
  readonly args: readonly RedisArgument[];
  readonly resolve: (outcome: T) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Asks a script together about all claims of one turn of the event loop, of which each stands alone. Who is alone is not
 * kept waiting: nothing is written to the server before the turn ends anyway.
 *
 * @internal
 */
export class ClaimBatch<T> {
  readonly #most: number;
  readonly #flush = () => this.#sendAll();
  #waiting: Waiting<T>[] = [];

  constructor(
    private readonly redis: RedisGateway,
    private readonly replies: LockReplies,
    private readonly batching: Batching<T>,
  ) {
    // On Cluster the keys of one script share a slot, as no two locks do.
    this.#most = redis.topology === 'cluster' ? 1 : MAX_CLAIMS;
  }

  /** Asks about one claim. */
  ask(keys: LockKeys, args: readonly RedisArgument[]): Promise<T> {
    return new Promise((resolve, reject) => {
      if (this.#waiting.push({ keys, args, resolve, reject }) === 1) process.nextTick(this.#flush);
    });
  }

  #sendAll(): void {
    const all = this.#waiting;
    this.#waiting = [];
    if (all.length <= this.#most) void this.#send(all);
    else
      for (let from = 0; from < all.length; from += this.#most)
        void this.#send(all.slice(from, from + this.#most));
  }

  async #send(claims: readonly Waiting<T>[]): Promise<void> {
    const { script, lead, width } = this.batching;
    const keys: string[] = [];
    const args: RedisArgument[] = [...lead];
    for (const claim of claims) {
      keys.push(claim.keys.lease, claim.keys.fence, claim.keys.queue);
      for (const arg of claim.args) args.push(arg);
    }
    try {
      const reply = await this.redis.run({ script, keys, args }, AT_ONCE);
      const integers = this.replies.integers(reply, claims.length * width);
      claims.forEach((claim, i) => this.#settle(claim, integers, i * width));
    } catch (error) {
      for (const { reject } of claims) reject(error);
    }
  }

  #settle(claim: Waiting<T>, integers: readonly number[], at: number): void {
    if (integers[at] === FAILED && integers.length > this.batching.width) {
      void this.#send([claim]);
      return;
    }
    try {
      claim.resolve(this.batching.read(integers, at));
    } catch (error) {
      claim.reject(error);
    }
  }
}
