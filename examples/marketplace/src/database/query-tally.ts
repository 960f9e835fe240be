import { AsyncLocalStorage } from 'node:async_hooks';

interface Count {
  value: number;
}

/** Counts SQL statements: since the start, and within one request, so that a cached answer can be seen to cost none. */
export class QueryTally {
  private readonly current = new AsyncLocalStorage<Count>();
  private readonly sinceStart: Count = { value: 0 };

  get total(): number {
    return this.sinceStart.value;
  }

  add(): void {
    this.sinceStart.value += 1;
    const request = this.current.getStore();
    if (request) request.value += 1;
  }

  /** Runs `work`; the function given to it tells how many statements have run inside `work` so far. */
  within<T>(work: (count: () => number) => T): T {
    const count: Count = { value: 0 };
    return this.current.run(count, () => work(() => count.value));
  }
}
