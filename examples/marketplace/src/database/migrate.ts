import { readdir, readFile } from 'node:fs/promises';
import type { PGlite } from '@electric-sql/pglite';

const FOLDER = new URL('../../migrations/', import.meta.url);

/** Applies the SQL files that this database has not seen yet, in the order of their names, each in a transaction. */
export async function migrate(postgres: PGlite): Promise<void> {
  await postgres.exec('create table if not exists migrations (name text primary key)');
  const { rows } = await postgres.query<{ name: string }>('select name from migrations');
  const seen = new Set(rows.map((row) => row.name));
  const files = (await readdir(FOLDER)).filter((name) => name.endsWith('.sql') && !seen.has(name)).sort();
  for (const name of files) await apply(postgres, name);
}

async function apply(postgres: PGlite, name: string): Promise<void> {
  const statements = await readFile(new URL(name, FOLDER), 'utf8');
  await postgres.transaction(async (tx) => {
    await tx.exec(statements);
    await tx.query('insert into migrations values ($1)', [name]);
  });
}
