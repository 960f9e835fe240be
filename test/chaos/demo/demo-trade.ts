import { execFile, fork, type ChildProcess } from 'node:child_process';
import { existsSync } from 'node:fs';
import { pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { Logger } from '@nestjs/common';
import type { ServerConnection } from '../../../src/connection/client-factory.js';
import { LEASE_MS } from '../backends/backend.js';
import { ask, type Reply } from '../http.js';
import type { Act, Trade, WorkFigures } from '../trade.js';
import { SqlDesk, type DemoDatabase } from './sql-desk.js';

const DEMO = 'examples/marketplace';
const ITEMS = 20;
const USERS = 400;
const AUTH_SECRET = 'chaos';
/** Are the defaults of the options, which the demo does not change. */
const [COMMAND_TIMEOUT_MS, LOCK_WAIT_MS] = [1_000, 10_000];
const REFUSALS = new Set(['E_LOCK_TIMEOUT', 'E_LOCK_BUSY', 'E_LOCK_LOST', 'E_REDIS_UNAVAILABLE']);

interface Product {
  readonly id: number;
  readonly ownerId: number;
}

/** Has the demo itself, whose processes share one database here: customers look at products, change their prices, buy. */
export class DemoTrade implements Trade {
  readonly callLimitMs = COMMAND_TIMEOUT_MS;
  readonly limitsMs = {
    // A load in a process that is cut off is waited for until its claim ends.
    read: LEASE_MS + COMMAND_TIMEOUT_MS,
    // On Cluster an invalidation is two calls, one after the other.
    write: 2 * COMMAND_TIMEOUT_MS,
    // What is searched for is cached, too.
    count: LEASE_MS + COMMAND_TIMEOUT_MS,
    work: LOCK_WAIT_MS + 2 * COMMAND_TIMEOUT_MS,
  };
  readonly items: readonly string[];
  readonly #owners: ReadonlyMap<string, number>;
  readonly #since: number;
  #price = 1_000;

  private constructor(
    private readonly database: DemoDatabase,
    private readonly tokens: readonly string[],
    { products, movements }: { products: readonly Product[]; movements: number },
  ) {
    this.items = products.map(({ id }) => String(id));
    this.#owners = new Map(products.map(({ id, ownerId }) => [String(id), ownerId]));
    this.#since = movements;
  }

  static async start(database: DemoDatabase): Promise<DemoTrade> {
    const { TokenService } = (await load('auth/token.service.js')) as {
      TokenService: new (environment: object) => { issue(id: number): { token: string } };
    };
    const issuer = new TokenService({ authSecret: AUTH_SECRET });
    const tokens = Array.from({ length: USERS + 1 }, (_, id) => issuer.issue(id).token);
    const products = await database.rows<Product>(
      `select p.id, c.user_id as "ownerId" from products p
       join shops s on s.id = p.shop_id join creators c on c.id = s.creator_id
       order by p.id limit $1`,
      [ITEMS],
    );
    const ids = products.map(({ id }) => id);
    await database.rows('update inventory set quantity = 1000000 where product_id = any($1)', [ids]);
    const [last] = await database.rows<{ id: number }>('select max(id) as id from inventory_movements', []);
    return new DemoTrade(database, tokens, { products, movements: last?.id ?? 0 });
  }

  open(connection: ServerConnection): ChildProcess {
    const child = fork('./test/chaos/demo/shop.mjs', ['', JSON.stringify({ connection })], {
      execArgv: ['--no-warnings', '--import', './test/support/typescript.mjs'],
      env: { ...process.env, AUTH_SECRET, REDIS_SECRET: 'chaos-chaos-chaos-chaos' },
      serialization: 'advanced',
    });
    new SqlDesk(this.database).serve(child);
    return child;
  }

  ask(port: number, act: Act, item: string): Promise<Reply> {
    const buyer = this.tokens[1 + Math.floor(Math.random() * USERS)]!;
    const owner = this.tokens[this.#owners.get(item) ?? 0]!;
    if (act === 'count') return ask(port, '/api/search?q=harbour', { token: buyer });
    if (act === 'read') return ask(port, `/api/products/${item}`, { token: buyer });
    if (act === 'work') {
      const content = { productId: Number(item), quantity: 1 };
      return ask(port, '/api/purchases', { method: 'POST', token: buyer, content });
    }
    const content = { priceCents: ++this.#price };
    return ask(port, `/api/products/${item}`, { method: 'PATCH', token: owner, content });
  }

  isRefusal({ status, body }: Reply): boolean {
    return status >= 400 && REFUSALS.has(codeOf(body));
  }

  async probe(port: number, timeoutMs: number): Promise<string | null> {
    const health = await ask(port, '/api/health/redis', { timeoutMs });
    if (health.status !== 200) return `health: ${health.body}`;
    const item = this.items[0]!;
    await this.ask(port, 'read', item);
    const { status, cache } = await this.ask(port, 'read', item);
    return status === 200 && cache === 'hit' ? null : `a second read is a ${cache ?? status}`;
  }

  async countStale(port: number): Promise<number> {
    const prices = await this.database.rows<{ id: number; price: number }>(
      'select id, price_cents as price from products where id = any($1)',
      [this.items.map(Number)],
    );
    let stale = 0;
    for (const { id, price } of prices) {
      const { status, body } = await this.ask(port, 'read', String(id));
      if (status === 200 && (JSON.parse(body) as { priceCents: number }).priceCents !== price) stale++;
    }
    return stale;
  }

  /** What comes late is answered with 409, and is not written. */
  async workFigures(): Promise<WorkFigures> {
    const [row] = await this.database.rows<{ count: number }>(
      `select count(*)::int as count from (
         select fence, lag(fence) over (partition by product_id order by id) as before
         from inventory_movements where id > $1
       ) as movements where fence < before`,
      [this.#since],
    );
    return { outOfOrder: row?.count ?? 0, lateWrites: 0 };
  }

  stop(): void {}
}

/** Opens the demo's database, after building the demo, and the library unless it is built: others may run from it. */
export async function openDemoDatabase(): Promise<DemoDatabase> {
  const run = (args: string[], cwd: string) => promisify(execFile)('npm', ['run', '-s', ...args], { cwd });
  if (!existsSync('dist')) await run(['build'], '.');
  await run(['build'], DEMO);
  const { openDatabase } = (await load('database/open-database.js')) as {
    openDatabase(environment: object): Promise<DemoDatabase>;
  };
  Logger.overrideLogger(false);
  return openDatabase({});
}

function load(path: string): Promise<unknown> {
  return import(pathToFileURL(`${DEMO}/dist/${path}`).href);
}

function codeOf(body: string): string {
  try {
    return (JSON.parse(body) as { code?: string }).code ?? '';
  } catch {
    return '';
  }
}
