import { fork, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import type { ServerConnection } from '../../src/connection/client-factory.js';
import { CALL_LIMIT_MS, LEASE_MS, LOCK_WAIT_MS } from './backends/backend.js';
import { Database } from './database.js';
import { ask, type Reply } from './http.js';
import type { Act, Trade, WorkFigures } from './trade.js';

const EXEC_ARGV = ['--no-warnings', '--import', './test/support/typescript.mjs'];
const RESOURCES = 5;

/** Has small programs that use one library each, and a database here that sees all they do. */
export class ProgramTrade implements Trade {
  readonly callLimitMs = CALL_LIMIT_MS;
  readonly limitsMs = {
    // A load in a process that is cut off is waited for until its claim ends.
    read: LEASE_MS + CALL_LIMIT_MS,
    write: CALL_LIMIT_MS,
    count: CALL_LIMIT_MS,
    work: LOCK_WAIT_MS + 2 * CALL_LIMIT_MS,
  };
  readonly items = Array.from({ length: 20 }, (_, item) => String(item));
  readonly #namespace = `chaos-${randomUUID()}`;

  private constructor(
    private readonly kind: string,
    private readonly database: Database,
  ) {}

  static async start(kind: string): Promise<ProgramTrade> {
    return new ProgramTrade(kind, await new Database().start());
  }

  open(connection: ServerConnection): ChildProcess {
    const setup = { namespace: this.#namespace, databasePort: this.database.port, connection };
    return fork('./test/chaos/shop.ts', [this.kind, JSON.stringify(setup)], { execArgv: EXEC_ARGV });
  }

  ask(port: number, act: Act, item: string): Promise<Reply> {
    return ask(port, `/${act}/${act === 'work' ? String(Number(item) % RESOURCES) : item}`);
  }

  isRefusal({ status }: Reply): boolean {
    return status === 503;
  }

  async probe(port: number, timeoutMs: number): Promise<string | null> {
    const { status, body } = await ask(port, '/probe', { timeoutMs });
    if (status === 200) return null;
    return body === '' ? 'no answer' : body;
  }

  async countStale(port: number): Promise<number> {
    let stale = 0;
    for (const [item, version] of this.database.versions) {
      const { status, body } = await ask(port, `/read/${item}`);
      if (status === 200 && Number(body) < version) stale++;
    }
    return stale;
  }

  workFigures(): Promise<WorkFigures> {
    return Promise.resolve(this.database);
  }

  stop(): void {
    this.database.stop();
  }
}
