import { Worker } from 'node:worker_threads';
import { machineUs } from './lease-slot.js';
import { RENEWAL_PROGRAM, type ThreadOrder, type ThreadWord } from './renewal-program.js';

/** Is how often the event loop says that it runs, in milliseconds. */
const BEAT_MS = 100;

/** Is told what happens to the thread. @internal */
export interface ThreadUser {
  /** Something could not be done over this line. */
  onFailure(why: string): void;
  /** The thread has ended, of itself. */
  onEnd(why: string): void;
}

let running: RenewalThread | null = null;
let lines = 0;

/**
 * Is the one thread of this process that prolongs leases while the event loop is blocked. It runs from the first use to
 * the end of the last application that uses it, and keeps no process alive.
 *
 * @internal
 */
export class RenewalThread {
  readonly #users = new Map<number, ThreadUser>();
  readonly #beat = new BigInt64Array(new SharedArrayBuffer(BigInt64Array.BYTES_PER_ELEMENT));
  readonly #worker: Worker;
  readonly #timer: NodeJS.Timeout;

  private constructor() {
    this.beat();
    // With options of the command line the text could be taken for a module, or meet a loader.
    const options = { eval: true, workerData: this.#beat.buffer, execArgv: [], env: {} };
    this.#worker = new Worker(RENEWAL_PROGRAM, { ...options, name: 'nestjs-redis-suite locks' });
    let why = 'it ended';
    this.#worker.on('message', ({ line, failed }: ThreadWord) => this.#users.get(line)?.onFailure(failed));
    this.#worker.on('error', ({ message }) => (why = message));
    this.#worker.on('exit', () => this.#onExit(why));
    this.#worker.unref();
    this.#timer = setInterval(() => this.beat(), BEAT_MS).unref();
  }

  /** Returns the thread, started if need be, and the line of a new user. */
  static join(user: ThreadUser): { thread: RenewalThread; line: number } {
    running ??= new RenewalThread();
    const line = ++lines;
    running.#users.set(line, user);
    return { thread: running, line };
  }

  /** Gives the thread an order. */
  tell(order: ThreadOrder): void {
    this.beat();
    this.#worker.postMessage(order);
  }

  /** Shows that the event loop runs. */
  beat(): void {
    Atomics.store(this.#beat, 0, machineUs());
  }

  /** Lets a user go; the last one ends the thread. */
  async leave(line: number): Promise<void> {
    if (!this.#users.delete(line)) return;
    this.tell({ line, close: true });
    if (this.#users.size > 0) return;
    this.#stop();
    await this.#worker.terminate();
  }

  #stop(): void {
    clearInterval(this.#timer);
    if (running === this) running = null;
  }

  #onExit(why: string): void {
    this.#stop();
    const users = [...this.#users.values()];
    this.#users.clear();
    for (const user of users) user.onEnd(why);
  }
}
