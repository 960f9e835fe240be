import { RedisUnavailableError } from '../connection/connection.errors.js';
import type { RedisReply } from '../connection/lua-script.js';

/** Says that a claim holds its lock. @internal */
export interface Held {
  readonly kind: 'held';
  readonly fence: bigint;
  readonly leaseMs: number;
}

/** Says what became of a claim. @internal */
export type AcquireReply =
  | Held
  | {
      readonly kind: 'queued' | 'queued-before' | 'busy';
      /** Is when the lock may be free without anybody saying so. */
      readonly freeInMs: number;
      /** Is the server's time in milliseconds. */
      readonly serverMs: number;
    };

/** Says what became of a renewal: prolonged, set again after the server had lost everything, or not ours. @internal */
export type RenewReply = 'renewed' | 'restored' | 'gone';

const UNHELD = new Map<number, 'queued' | 'busy' | 'queued-before'>([
  [-1, 'queued'],
  [-2, 'busy'],
  [-3, 'queued-before'],
]);
const RENEWED = new Map<RedisReply, RenewReply>([
  [1, 'renewed'],
  [2, 'restored'],
  [-1, 'gone'],
]);

const OUTLOOK = 'what answered its lock scripts is no Redis server, or a proxy that changes replies.';

/**
 * Reads the replies of the lock scripts. What they never answer is no word of a server on which to hold or to lose a
 * lock: `RedisUnavailableError`, with the reason `bad-answer`.
 *
 * @internal
 */
export class LockReplies {
  /** @param connection is the name of the connection. */
  constructor(private readonly connection: string) {}

  /** Reads what became of the claim to a share. */
  shared(reply: RedisReply): AcquireReply {
    const [head, ms, serverMs] = this.#numbers(reply);
    return this.acquired(head, ms, serverMs);
  }

  /** Reads what became of a claim, of which `head` is the fence or a code. */
  acquired(head: number, ms: number, serverMs: number | undefined): AcquireReply {
    if (head > 0) return { kind: 'held', fence: BigInt(head), leaseMs: ms };
    const kind = UNHELD.get(head);
    if (kind === undefined || serverMs === undefined) throw this.#refused();
    return { kind, freeInMs: Math.max(0, ms), serverMs };
  }

  /** Reads whether several claims hold their locks together. */
  acquiredTogether(reply: RedisReply): Held | null {
    const [head, leaseMs] = this.#numbers(reply);
    if (head > 0) return { kind: 'held', fence: BigInt(head), leaseMs };
    if (head !== -2) throw this.#refused();
    return null;
  }

  /** Reads what became of each of so many renewals. */
  renewed(reply: RedisReply, count: number): RenewReply[] {
    if (!Array.isArray(reply) || reply.length !== count) throw this.#refused();
    return reply.map((each) => {
      const outcome = RENEWED.get(each);
      if (outcome === undefined) throw this.#refused();
      return outcome;
    });
  }

  /** Reads so many integers. */
  integers(reply: RedisReply, count: number): readonly number[] {
    if (!Array.isArray(reply) || reply.length !== count || !reply.every(isWhole)) throw this.#refused();
    return reply;
  }

  /** Reads how many were given back. */
  released(reply: RedisReply): number {
    if (!isWhole(reply) || reply < 0) throw this.#refused();
    return reply;
  }

  #numbers(reply: RedisReply): [number, number, number?] {
    if (!Array.isArray(reply) || reply.length < 2 || !reply.every(isWhole)) throw this.#refused();
    return reply as [number, number, number?];
  }

  #refused(): RedisUnavailableError {
    return new RedisUnavailableError(this.connection, 'bad-answer', { outlook: OUTLOOK });
  }
}

function isWhole(value: RedisReply): value is number {
  return Number.isSafeInteger(value);
}
