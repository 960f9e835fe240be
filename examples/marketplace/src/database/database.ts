import type { OnApplicationShutdown } from '@nestjs/common';
import type { PGlite, Transaction } from '@electric-sql/pglite';
import type { Page, PageQuery } from '../http/page.js';
import { QueryTally } from './query-tally.js';
import type { Sql } from './sql.js';

/** Is the marketplace's Postgres, running in this process. */
export class Database implements Sql, OnApplicationShutdown {
  readonly tally = new QueryTally();

  constructor(
    private readonly postgres: PGlite,
    /** Says that it was filled at this start. */
    readonly isNew: boolean,
  ) {}

  async rows<T>(statement: string, params: readonly unknown[] = []): Promise<T[]> {
    return this.run<T>(this.postgres, statement, params);
  }

  async row<T>(statement: string, params: readonly unknown[] = []): Promise<T | undefined> {
    return (await this.rows<T>(statement, params))[0];
  }

  /** Reads one page of an ordered `select` and counts the whole. */
  async page<T>(select: string, params: readonly unknown[], { page, pageSize }: PageQuery): Promise<Page<T>> {
    const next = params.length + 1;
    const [items, counted] = await Promise.all([
      this.rows<T>(`${select} limit $${next} offset $${next + 1}`, [
        ...params,
        pageSize,
        (page - 1) * pageSize,
      ]),
      this.row<{ total: number }>(`select count(*)::int as total from (${select}) as everything`, params),
    ]);
    return { items, total: counted?.total ?? 0, page, pageSize };
  }

  /** Runs `work` in a transaction. Inside it only `sql` may be used: the database itself waits for the end of it. */
  transaction<T>(work: (sql: Sql) => Promise<T>): Promise<T> {
    return this.postgres.transaction((tx) => work(this.inside(tx)));
  }

  async onApplicationShutdown(): Promise<void> {
    await this.postgres.close();
  }

  private inside(tx: Transaction): Sql {
    const rows = <T>(statement: string, params: readonly unknown[] = []) =>
      this.run<T>(tx, statement, params);
    return { rows, row: async <T>(...call: Parameters<Sql['row']>) => (await rows<T>(...call))[0] };
  }

  private async run<T>(
    target: Pick<Transaction, 'query'>,
    statement: string,
    params: readonly unknown[],
  ): Promise<T[]> {
    this.tally.add();
    return (await target.query<T>(statement, [...params])).rows;
  }
}
