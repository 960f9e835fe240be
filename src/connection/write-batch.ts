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
  #isOpen = false;

  constructor(client: RedisClient) {
    this.#client = client;
  }

  /** Holds back what is written from now on, until the code that runs now has ended. */
  open(): void {
    // A cluster's client has no stream of its own, and one that never connected has none yet.
    const { stream } = this.#client as Partial<Redis>;
    if (this.#isOpen || stream === undefined) return;
    this.#isOpen = true;
    stream.cork();
    process.nextTick(() => {
      this.#isOpen = false;
      stream.uncork();
    });
  }
}
