// Starts processes that want locks, and tells them what to do.
import { fork } from 'node:child_process';

/** Is what all processes of this machine call the time, in milliseconds. */
export const now = () => Number(process.hrtime.bigint()) / 1e6;

/** Is one process; `ask` answers what it answers, `heard` the next thing that it says unasked. */
export class Worker {
  #count = 0;
  #words = [];
  #waiting = [];

  static async start(name, url, namespace) {
    const execArgv = ['--no-warnings', '--import', './test/support/typescript.mjs'];
    const worker = new Worker();
    worker.child = fork('bench/locks/worker.mjs', [name, url, namespace], { execArgv });
    worker.child.on('message', (word) => worker.#hear(word));
    worker.child.once('exit', () => worker.#end());
    await worker.heard('ready');
    return worker;
  }

  ask(order, details = {}) {
    const id = this.#count++;
    this.child.send({ id, order, ...details });
    return this.#next((word) => word.id === id).then(({ answer }) => answer);
  }

  heard(kind) {
    return this.#next((word) => kind in word).then((word) => word[kind]);
  }

  kill(signal) {
    this.child.kill(signal);
  }

  stop() {
    if (this.child.exitCode !== null || this.child.signalCode !== null) return Promise.resolve();
    return new Promise((resolve) => {
      this.child.once('exit', resolve);
      this.child.kill('SIGKILL');
    });
  }

  #next(fits) {
    const index = this.#words.findIndex(fits);
    if (index >= 0) return Promise.resolve(this.#words.splice(index, 1)[0]);
    return new Promise((resolve, reject) => this.#waiting.push({ fits, resolve, reject }));
  }

  #end() {
    for (const { reject } of this.#waiting.splice(0)) reject(new Error('a process ended'));
  }

  #hear(word) {
    const index = this.#waiting.findIndex(({ fits }) => fits(word));
    if (index >= 0) this.#waiting.splice(index, 1)[0].resolve(word);
    else this.#words.push(word);
  }
}
