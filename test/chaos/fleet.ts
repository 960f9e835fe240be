import { type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as pause } from 'node:timers/promises';
import type { ServerConnection } from '../../src/connection/client-factory.js';
import { askFigures, forgetDelays, longestDelayMs, type ProcessFigures } from './figures.js';
import type { Reply } from './http.js';
import type { Act, Trade } from './trade.js';

/** Is what users of the shops noticed. */
export interface Tally {
  requests: number;
  /** Counts answers of 500 and above, and none at all, where the cache, a limit or an invalidation was used. */
  errors: number;
  /** Counts locks that were not to be had. */
  refusedLocks: number;
}

/** Is how late the processes of this machine were at worst, and how long calls to Redis took. */
export type Delays = ProcessFigures;

const THINK_MS = 15;
const READERS = 4;

interface Shop {
  readonly child: ChildProcess;
  readonly port: number;
}

/** Is some shops in processes of their own, with customers. */
export class Fleet {
  readonly tally: Tally = { requests: 0, errors: 0, refusedLocks: 0 };
  /** Are the requests that went beyond their limits, and by how many milliseconds. */
  readonly #excesses: { readonly act: Act; readonly ms: number }[] = [];
  /** Holds how long each shop took to have a lock again after the server was back, in milliseconds. */
  readonly #granted = new Map<number, number>();
  #healedAtMs = Infinity;
  #isOpen = true;
  #writes = true;
  #customers: Promise<void>[] = [];

  private constructor(
    private readonly trade: Trade,
    private readonly shops: readonly Shop[],
  ) {}

  static async start(trade: Trade, connections: readonly ServerConnection[]): Promise<Fleet> {
    const shops = connections.map(async (connection) => {
      const child = trade.open(connection);
      return { child, port: await portOf(child) };
    });
    return new Fleet(trade, await Promise.all(shops));
  }

  /** Has everything worked on once, and lets the customers in: the server then knows of every lock. */
  async open(): Promise<void> {
    const [first] = this.shops;
    await Promise.all(this.trade.items.map((item) => this.trade.ask(first!.port, 'work', item)));
    forgetDelays();
    for (const { child } of this.shops) child.send('forget delays');
    this.#customers = this.shops.flatMap(({ port }) => [
      ...Array.from({ length: READERS }, () => this.#customer(() => this.#visit(port))),
      this.#customer(() => this.#work(port)),
    ]);
  }

  /** Notes that there is a server again. */
  healed(): void {
    this.#healedAtMs = performance.now();
  }

  /** Is how long it took until every shop had locks again, in milliseconds; null when it has taken until now. */
  get locksBackMs(): number | null {
    if (this.#granted.size < this.shops.length) return null;
    return Math.max(...this.#granted.values());
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
    const recovered = async ({ port }: Shop): Promise<string | null> => {
      for (;;) {
        const problem = await this.trade.probe(port, limitMs);
        if (problem === null || performance.now() - startedAt > limitMs) return problem;
        await pause(20);
      }
    };
    const problems = await Promise.all(this.shops.map(recovered));
    return problems.find((problem) => problem !== null) ?? performance.now() - startedAt;
  }

  /** Counts the items that shops show otherwise than they are. */
  async countStale(): Promise<number> {
    const counts = await Promise.all(this.shops.map(({ port }) => this.trade.countStale(port)));
    return counts.reduce((sum, count) => sum + count, 0);
  }

  /** Lists the requests that went beyond their limits by more than `slackMs`. */
  listLate(slackMs: number): string[] {
    const late = this.#excesses.filter(({ ms }) => ms > slackMs);
    return late.map(({ act, ms }) => `${act} by ${Math.round(ms)} ms`);
  }

  async delays(): Promise<Delays> {
    const all = await Promise.all(this.shops.map(({ child }) => askFigures(child)));
    const calls = all.map(({ longestCallMs }) => longestCallMs).filter((ms) => ms !== null);
    return {
      longestCallMs: calls.length === 0 ? null : Math.max(...calls),
      longestDelayMs: Math.max(longestDelayMs(), ...all.map((one) => one.longestDelayMs)),
    };
  }

  async stop(): Promise<void> {
    for (const { child } of this.shops) child.disconnect();
    const living = this.shops.filter(({ child }) => child.exitCode === null && child.signalCode === null);
    await Promise.all(living.map(({ child }) => once(child, 'exit')));
  }

  async #customer(act: () => Promise<void>): Promise<void> {
    while (this.#isOpen) {
      await act();
      await pause(THINK_MS * (0.5 + Math.random()));
    }
  }

  async #visit(port: number): Promise<void> {
    const chance = Math.random();
    const act = chance < 0.7 ? 'read' : chance < 0.8 && this.#writes ? 'write' : 'count';
    const { status } = await this.#ask(port, act);
    if (status === 0 || status >= 500) this.tally.errors++;
  }

  async #work(port: number): Promise<void> {
    const startedAt = performance.now();
    const reply = await this.#ask(port, 'work');
    if (startedAt > this.#healedAtMs && reply.status < 300 && reply.status > 0 && !this.#granted.has(port))
      this.#granted.set(port, performance.now() - this.#healedAtMs);
    if (this.trade.isRefusal(reply)) this.tally.refusedLocks++;
    else if (reply.status === 0 || reply.status >= 500) this.tally.errors++;
  }

  /** What is worked on is not written: work invalidates, too, and would hide what a write has failed to. */
  #itemsFor(act: Act): readonly string[] {
    const { items } = this.trade;
    const half = items.length / 2;
    if (act === 'work') return items.slice(0, half);
    return act === 'write' ? items.slice(half) : items;
  }

  async #ask(port: number, act: Act): Promise<Reply> {
    const { limitsMs } = this.trade;
    const items = this.#itemsFor(act);
    const item = items[Math.floor(Math.random() * items.length)]!;
    const startedAt = performance.now();
    const reply = await this.trade.ask(port, act, item);
    const excess = performance.now() - startedAt - limitsMs[act];
    this.tally.requests++;
    if (excess > 0) this.#excesses.push({ act, ms: excess });
    return reply;
  }
}

async function portOf(child: ChildProcess): Promise<number> {
  for (;;) {
    const [message] = (await once(child, 'message')) as [{ port?: number }];
    if (message.port !== undefined) return message.port;
  }
}
