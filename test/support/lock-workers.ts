import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';

/** Is what a worker can be told to do. */
export type WorkerOrder =
  | { do: 'hammer'; resource: string; waiters: number; rounds: number; holdMs: number }
  | { do: 'acquire'; resource: string; ttl: number }
  | { do: 'share'; name: string; permits: number; waiters: number; rounds: number }
  | { do: 'read-write'; name: string; waiters: number; rounds: number }
  | { do: 'permit'; name: string; permits: number; ttl: number }
  | { do: 'catch-up' };

/** Is what a worker tells. */
export type WorkerWord =
  { ready: true } | { caughtUp: true } | { overlaps: number } | { fence: string } | { lost: string };

/** Is a process that uses locks. */
export class LockWorker {
  readonly #words: WorkerWord[] = [];

  private constructor(private readonly child: ChildProcess) {
    child.on('message', (word: WorkerWord) => this.#words.push(word));
  }

  /** Starts a process whose wall clock is `skewMs` off. */
  static async start(url: string, namespace: string, skewMs = 0): Promise<LockWorker> {
    const execArgv = ['--no-warnings', '--import', './test/support/typescript.mjs'];
    const args = [url, namespace, String(skewMs)];
    const worker = new LockWorker(fork('test/support/lock-worker.ts', args, { execArgv }));
    await worker.heard('ready');
    return worker;
  }

  tell(order: WorkerOrder): void {
    this.child.send(order);
  }

  /** Returns the first word of a kind, once it is there, and takes it away. */
  async heard<K extends string>(kind: K): Promise<Extract<WorkerWord, Record<K, unknown>>> {
    for (;;) {
      const index = this.#words.findIndex((word) => kind in word);
      if (index >= 0) return this.#words.splice(index, 1)[0] as Extract<WorkerWord, Record<K, unknown>>;
      await Promise.race([once(this.child, 'message'), this.#exit()]);
    }
  }

  /**
   * Waits until it knows what the server has answered it so far. One that is frozen before takes the silence for a server
   * that is away when it wakes up.
   */
  async caughtUp(): Promise<void> {
    this.tell({ do: 'catch-up' });
    await this.heard('caughtUp');
  }

  /** Freezes it (SIGSTOP), wakes it up (SIGCONT) or kills it (SIGKILL). */
  signal(signal: 'SIGSTOP' | 'SIGCONT' | 'SIGKILL'): void {
    this.child.kill(signal);
  }

  async stop(): Promise<void> {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return;
    this.child.kill('SIGKILL');
    await once(this.child, 'exit');
  }

  async #exit(): Promise<never> {
    const [code] = (await once(this.child, 'exit')) as [number | null];
    throw new Error(`the worker ended with ${String(code)}`);
  }
}
