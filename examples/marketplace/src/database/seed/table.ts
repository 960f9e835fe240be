import type { Transaction } from '@electric-sql/pglite';

/** Is a table's name and the rows to put into it; all rows have the columns of the first. */
export interface Table {
  readonly name: string;
  readonly rows: readonly object[];
}

/** Makes `count` rows with the ids 1, 2, 3 … */
export function numbered<T extends object>(count: number, make: (id: number) => T): ({ id: number } & T)[] {
  return Array.from({ length: count }, (_, index) => ({ id: index + 1, ...make(index + 1) }));
}

/** Inserts a table's rows in one statement and moves its id sequence behind them. */
export async function insert(tx: Transaction, { name, rows }: Table): Promise<void> {
  const columns = Object.keys(rows[0] ?? {});
  const list = columns.join(', ');
  await tx.query(
    `insert into ${name} (${list}) select ${list} from jsonb_populate_recordset(null::${name}, $1)`,
    [JSON.stringify(rows)],
  );
  if (columns.includes('id'))
    await tx.query(`select setval(pg_get_serial_sequence('${name}', 'id'), $1)`, [rows.length]);
}
