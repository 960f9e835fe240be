import type { Redis } from 'ioredis';
import type { RedisClient } from './connection.options.js';

/**
 * Sends everything that one turn of the event loop writes to a server in one piece: with many callers at a time a
 * write to the socket costs more than what is written.
 *
 * @internal
 */
export class WriteBatch {
  readonly #client: RedisClient;
  /** Is what holds back. */
  #held: Redis['stream'] | undefined;
  readonly #flush = () => this.flush();

  constructor(client: RedisClient) {
    this.#client = client;
  }

  /** Holds back what is written from now on, until the code that runs now has ended. */
  open(): void {
    // A cluster's client has no stream of its own, and one that never connected has none yet.
    const { stream } = this.#client as Partial<Redis>;
    if (this.#held !== undefined || stream === undefined) return;
    this.#held = stream;
    stream.cork();
    process.nextTick(this.#flush);
  }

  /** Sends what was held back, and holds nothing back for now. */
  flush(): void {
    const held = this.#held;
    this.#held = undefined;
    held?.uncork();
  }
}
