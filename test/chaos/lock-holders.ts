import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { startTcpProxy, type TcpProxy } from '../../src/testing/tcp-proxy.js';
import type { HolderOrder, HolderWord, LockRecord } from './lock-record.js';

interface HoldersSetting {
  readonly count: number;
  /** Is the server that each reaches through a proxy of its own. */
  readonly target: string;
  /** Is the server that keeps what they write, which never fails. */
  readonly store: string;
  readonly namespace: string;
  readonly record: LockRecord;
}

/** Is one process, and how it reaches the server. */
export interface Holder {
  child: ChildProcess;
  readonly proxy: TcpProxy;
}

/** Are the processes that want locks. */
export class Holders {
  readonly all: Holder[] = [];
  /** Counts writes, and why turns ended. */
  readonly counts: Record<string, number> = { writes: 0, 'late writes refused': 0 };
  #isStopping = false;
  readonly #starting = new Set<ChildProcess>();

  private constructor(private readonly setting: HoldersSetting) {}

  static async start(setting: HoldersSetting): Promise<Holders> {
    const holders = new Holders(setting);
    for (let i = 0; i < setting.count; i++) {
      const proxy = await startTcpProxy({ target: setting.target });
      holders.all.push({ child: holders.#fork(proxy), proxy });
    }
    return holders;
  }

  /** Counts the processes that have not reached the server yet. */
  get starting(): number {
    return this.#starting.size;
  }

  /** Ends a process at once. */
  async kill({ child }: Holder): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  }

  /** Starts a process where one was ended. */
  replace(holder: Holder): void {
    if (!this.#isStopping) holder.child = this.#fork(holder.proxy);
  }

  order({ child }: Holder, order: HolderOrder): void {
    if (child.connected) child.send(order);
  }

  async stop(): Promise<void> {
    this.#isStopping = true;
    for (const holder of this.all) {
      await this.kill(holder);
      await holder.proxy.stop();
    }
  }

  #fork({ url }: TcpProxy): ChildProcess {
    const { store, namespace } = this.setting;
    const execArgv = ['--no-warnings', '--import', './test/support/typescript.mjs'];
    const child = fork('test/chaos/lock-holder.ts', [url, store, namespace], { execArgv });
    child.on('message', (word: HolderWord) => {
      this.#starting.delete(child);
      this.#hear(word);
    });
    this.#starting.add(child);
    child.on('exit', (code) => {
      this.#starting.delete(child);
      if (code !== null && code !== 0) this.#count(`ended with ${code}`, 1);
    });
    return child;
  }

  #hear(word: HolderWord): void {
    if ('fence' in word) this.setting.record.note(word);
    else if ('ended' in word) this.#count(word.ended, 1);
    else if ('writes' in word) {
      this.#count('writes', word.writes);
      this.#count('late writes refused', word.refused);
    }
  }

  #count(what: string, by: number): void {
    this.counts[what] = (this.counts[what] ?? 0) + by;
  }
}
