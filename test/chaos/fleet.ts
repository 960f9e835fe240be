import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import type { ServerConnection } from '../../src/connection/client-factory.js';
import { LOCK_WAIT_MS } from './backends/backend.js';
import { ask } from './http.js';

/** Is what users of the shops noticed. */
export interface Tally {
  requests: number;
  /** Counts answers of 500 and above, and none at all, where the cache, a limit or an invalidation was used. */
  errors: number;
  /** Counts requests that took longer than all their calls may together. */
  late: number;
  /** Counts locks that were not to be had. */
  refusedLocks: number;
}

const [ITEMS, RESOURCES] = [20, 5];
/**
 * Is how long a request may take: a load in another process that is cut off is waited for until its claim ends, which is
 * two seconds; and what a busy machine adds.
 */
const REQUEST_LIMIT_MS = 2_500;
const THINK_MS = 15;
const READERS = 4;

/** Is some shops in processes of their own, with customers. */
export class Fleet {
  readonly tally: Tally = { requests: 0, errors: 0, late: 0, refusedLocks: 0 };
  #isOpen = true;
  #writes = true;
  #customers: Promise<void>[] = [];

  private constructor(private readonly shops: readonly { child: ChildProcess; port: number }[]) {}

  static async start(kind: string, connections: readonly ServerConnection[], setup: object): Promise<Fleet> {
    const execArgv = ['--no-warnings', '--import', './test/support/typescript.mjs'];
    const shops = connections.map(async (connection) => {
      const args = [kind, JSON.stringify({ ...setup, connection })];
      const child = fork('./test/chaos/shop.ts', args, { execArgv });
      const [{ port }] = (await once(child, 'message')) as [{ port: number }];
      return { child, port };
    });
    return new Fleet(await Promise.all(shops));
  }

  /** Lets the customers in. */
  open(): void {
    this.#customers = this.shops.flatMap(({ port }) => [
      ...Array.from({ length: READERS }, () => this.#customer(() => this.#visit(port))),
      this.#customer(() => this.#work(port)),
    ]);
  }

  /** Lets nobody write any more, so that what was not invalidated shows. */
  stopWriting(): void {
    this.#writes = false;
  }

  /** Lets the customers out. */
  async close(): Promise<void> {
    this.#isOpen = false;
    await Promise.all(this.#customers);
  }

  /**
   * Waits until every shop does everything at full strength.
   *
   * @returns how long the slowest took, in milliseconds, or what still fails beyond the limit.
   */
  async untilRecovered(limitMs: number): Promise<number | string> {
    const startedAt = performance.now();
    const recovered = async ({ port }: { port: number }): Promise<string | null> => {
      for (;;) {
        const { status, body } = await ask(port, '/probe', limitMs);
        if (status === 200) return null;
        if (performance.now() - startedAt > limitMs) return body === '' ? 'no answer' : body;
        await pause(20);
      }
    };
    const problems = await Promise.all(this.shops.map(recovered));
    return problems.find((problem) => problem !== null) ?? performance.now() - startedAt;
  }

  /** Counts the items that a shop shows older than they are. */
  async countStale(versions: ReadonlyMap<string, number>): Promise<number> {
    let stale = 0;
    for (const { port } of this.shops)
      for (const [id, version] of versions) {
        const { status, body } = await ask(port, `/read/${id}`);
        if (status === 200 && Number(body) < version) stale++;
      }
    return stale;
  }

  /** Is the longest call to Redis of any shop, in milliseconds; null where nobody measures. */
  async longestCallMs(): Promise<number | null> {
    const all = await Promise.all(this.shops.map(({ port }) => ask(port, '/longest')));
    const known = all.map(({ body }) => JSON.parse(body === '' ? 'null' : body) as number | null);
    return known.includes(null) ? null : Math.max(...(known as number[]));
  }

  async stop(): Promise<void> {
    for (const { child } of this.shops) child.disconnect();
    await Promise.all(
      this.shops.filter(({ child }) => child.exitCode === null).map(({ child }) => once(child, 'exit')),
    );
  }

  async #customer(act: () => Promise<void>): Promise<void> {
    while (this.#isOpen) {
      await act();
      await pause(THINK_MS * (0.5 + Math.random()));
    }
  }

  async #visit(port: number): Promise<void> {
    const id = String(Math.floor(Math.random() * ITEMS));
    const chance = Math.random();
    const path =
      chance < 0.7 ? `/read/${id}` : chance < 0.8 && this.#writes ? `/write/${id}` : `/count/${id}`;
    const status = await this.#ask(port, path, REQUEST_LIMIT_MS);
    if (status === 0 || status >= 500) this.tally.errors++;
  }

  async #work(port: number): Promise<void> {
    const resource = String(Math.floor(Math.random() * RESOURCES));
    const status = await this.#ask(port, `/work/${resource}`, REQUEST_LIMIT_MS + LOCK_WAIT_MS);
    if (status === 503) this.tally.refusedLocks++;
    else if (status !== 200) this.tally.errors++;
  }

  async #ask(port: number, path: string, limitMs: number): Promise<number> {
    const startedAt = performance.now();
    const { status } = await ask(port, path);
    this.tally.requests++;
    if (performance.now() - startedAt > limitMs) this.tally.late++;
    return status;
  }
}
