import type { ChildProcess } from 'node:child_process';

interface Sql {
  rows<T>(statement: string, params: readonly unknown[]): Promise<T[]>;
}

/** Is of the demo's database what is used here. */
export interface DemoDatabase extends Sql {
  transaction<T>(work: (sql: Sql) => Promise<T>): Promise<T>;
  onApplicationShutdown(): Promise<void>;
}

interface Question {
  readonly asks: number;
  readonly statement?: string;
  readonly params?: readonly unknown[];
  readonly transaction?: number;
  readonly begins?: number;
  readonly ends?: number;
  readonly isGood?: boolean;
}

interface OpenTransaction {
  readonly sql: Sql;
  readonly end: (isGood: boolean) => void;
  readonly ended: Promise<unknown>;
}

/** Lets a process use the database here, over IPC. */
export class SqlDesk {
  readonly #open = new Map<number, OpenTransaction>();

  constructor(private readonly database: DemoDatabase) {}

  serve(child: ChildProcess): void {
    child.on('message', (question: Partial<Question>) => {
      const { asks } = question;
      if (asks === undefined) return;
      const tell = (answer: object) => child.connected && child.send({ answers: asks, ...answer });
      this.#answer(question as Question).then(
        (rows) => tell({ rows }),
        (error: unknown) => tell({ problem: (error as Error).message }),
      );
    });
    // A process that has gone must not keep the others out of the database.
    child.once('exit', () => {
      for (const { end } of this.#open.values()) end(false);
    });
  }

  async #answer({ statement, params = [], transaction, begins, ends, isGood = false }: Question) {
    if (begins !== undefined) return this.#begin(begins);
    if (ends !== undefined) return this.#end(ends, isGood);
    const { sql } = this.#open.get(transaction ?? -1) ?? { sql: this.database };
    return sql.rows(statement ?? '', params);
  }

  #begin(id: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const ended = this.database.transaction(
        (sql) =>
          new Promise<void>((commit, rollBack) => {
            const end = (isGood: boolean) =>
              isGood ? commit() : rollBack(new Error('The transaction was given up.'));
            this.#open.set(id, { sql, end, ended });
            resolve();
          }),
      );
      ended.catch(reject);
    });
  }

  async #end(id: number, isGood: boolean): Promise<void> {
    const open = this.#open.get(id);
    this.#open.delete(id);
    open?.end(isGood);
    await open?.ended.catch((error: unknown) => {
      if (isGood) throw error;
    });
  }
}
