/** Runs statements: on the database, or inside a transaction. Parameters are `$1`, `$2` …, never text in the SQL. */
export interface Sql {
  /** @returns every row. */
  rows<T>(statement: string, params?: readonly unknown[]): Promise<T[]>;
  /** @returns the first row, or undefined when there is none. */
  row<T>(statement: string, params?: readonly unknown[]): Promise<T | undefined>;
}
