import { createHash } from 'node:crypto';
import { RedisReplyError } from '../../connection/connection.errors.js';
import type { RedisReply } from '../../connection/lua-script.js';
import type { RedisGateway } from '../../connection/redis-gateway.js';
import { SWAP_ENTRIES_N } from '../lua/generated.js';

/** Says how a swap ended. @internal */
export type SwapOutcome =
  | { readonly kind: 'swapped'; readonly wasAwaited?: boolean }
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
  /** Replaces a short marker too that somebody who waits has marked so since. @default false */
  readonly orAwaited?: boolean;
}

interface Wanted {
  readonly swap: Swap;
  readonly resolve: (outcome: SwapOutcome) => void;
  readonly reject: (error: unknown) => void;
}

/** Is what is put where nothing stands, and what comes of it. */
interface Addition {
  readonly content: string;
  readonly outcome: Promise<SwapOutcome>;
}

/** Bounds one script, which keeps the server from everybody else. */
const MAX_SWAPS = 32;
/** Longer contents are compared by their digest. */
const MAX_LITERAL = 256;

const SWAPPED: SwapOutcome = { kind: 'swapped' };
const SWAPPED_AWAITED: SwapOutcome = { kind: 'swapped', wasAwaited: true };
const GONE: SwapOutcome = { kind: 'gone' };

/**
 * Swaps together what the callers of one turn of the event loop ask for: by one script, in which each key stands alone.
 *
 * @internal
 */
export class SwapBatch {
  readonly #flush = () => this.#sendAll();
  #wanted: Wanted[] = [];
  #additions = new Map<string, Addition>();

  constructor(
    private readonly redis: RedisGateway,
    /** Is told of what was swapped before those who asked for it are. */
    private readonly onSwapped: (swap: Swap) => void,
  ) {}

  /** Swaps what one key holds. */
  swap(swap: Swap): Promise<SwapOutcome> {
    return new Promise((resolve, reject) => {
      if (this.#wanted.push({ swap, resolve, reject }) === 1) process.nextTick(this.#flush);
    });
  }

  /** Puts a content where there is nothing; of those who ask within one turn the first, and the others find his. */
  add(swap: Omit<Swap, 'expected'>): Promise<SwapOutcome> {
    const { key, content } = swap;
    const earlier = this.#additions.get(key);
    if (earlier !== undefined) return earlier.outcome.then((outcome) => foundBy(earlier, outcome));
    const outcome = this.swap({ ...swap, expected: null });
    if (content !== null) this.#additions.set(key, { content, outcome });
    return outcome;
  }

  #sendAll(): void {
    const all = this.#wanted;
    this.#wanted = [];
    this.#additions = new Map();
    const most = this.redis.topology === 'cluster' ? 1 : MAX_SWAPS;
    for (let from = 0; from < all.length; from += most) void this.#send(all.slice(from, from + most));
  }

  async #send(all: readonly Wanted[]): Promise<void> {
    try {
      const keys = all.map(({ swap }) => swap.key);
      const args = all.flatMap(({ swap }) => argumentsOf(swap));
      const replies = (await this.redis.run({ script: SWAP_ENTRIES_N, keys, args })) as RedisReply[];
      all.forEach((wanted, index) => this.#settle(wanted, replies[index]));
    } catch (error) {
      for (const { reject } of all) reject(error);
    }
  }

  #settle({ swap, resolve, reject }: Wanted, reply: RedisReply | undefined): void {
    if (Array.isArray(reply)) reject(refusal(this.redis.name, String(reply[0])));
    else if (typeof reply === 'string') resolve({ kind: 'other', content: reply });
    else if (reply !== 1 && reply !== 2) resolve(GONE);
    else {
      this.onSwapped(swap);
      resolve(reply === 2 ? SWAPPED_AWAITED : SWAPPED);
    }
  }
}

function foundBy({ content }: Addition, outcome: SwapOutcome): SwapOutcome {
  return outcome === SWAPPED ? { kind: 'other', content } : outcome;
}

function argumentsOf({ expected, content, ttlMs, keepsTtl, orAwaited }: Swap): (string | number)[] {
  const options = (keepsTtl === true ? 1 : 0) + (orAwaited === true ? 2 : 0);
  return [expectation(expected), content ?? '', ttlMs, options];
}

function expectation(expected: string | null): string {
  if (expected === null) return '';
  if (expected.length <= MAX_LITERAL) return `=${expected}`;
  return `#${createHash('sha1').update(expected).digest('hex')}`;
}

function refusal(connection: string, text: string): RedisReplyError {
  const [, replyCode = 'ERR', detail = ''] = /^-?(\S+)\s*(.*)/.exec(text) ?? [];
  return new RedisReplyError({ connection, command: SWAP_ENTRIES_N.name, replyCode, detail });
}
