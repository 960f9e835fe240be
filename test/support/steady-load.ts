import { RedisSuiteError } from '../../src/common/errors.js';

/** Counts how calls ended. */
export interface LoadTally {
  done: number;
  /** Counts this library's errors by code. */
  readonly typed: Record<string, number>;
  /** Lists what else was thrown: there must be nothing. */
  readonly strange: unknown[];
  /** Is the longest call, in milliseconds. */
  longestMs: number;
}

/** Calls `work` again and again, from several callers at once, until it is stopped. */
export class SteadyLoad {
  readonly tally: LoadTally = { done: 0, typed: {}, strange: [], longestMs: 0 };
  #isOver = false;
  readonly #callers: Promise<void>[];

  constructor(work: (turn: number) => Promise<unknown>, callers = 8) {
    this.#callers = Array.from({ length: callers }, (_, i) => this.#run(work, i * 1_000_000));
  }

  async stop(): Promise<LoadTally> {
    this.#isOver = true;
    await Promise.all(this.#callers);
    return this.tally;
  }

  async #run(work: (turn: number) => Promise<unknown>, from: number): Promise<void> {
    for (let turn = from; !this.#isOver; turn++) {
      const startedAt = performance.now();
      try {
        await work(turn);
        this.tally.done++;
      } catch (error) {
        this.#note(error);
      }
      this.tally.longestMs = Math.max(this.tally.longestMs, performance.now() - startedAt);
      // A breaker that is open answers at once: others must have their turn.
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  }

  #note(error: unknown): void {
    if (error instanceof RedisSuiteError)
      this.tally.typed[error.code] = (this.tally.typed[error.code] ?? 0) + 1;
    else this.tally.strange.push(error);
  }
}
