import { mkdir } from 'node:fs/promises';
import { Logger } from '@nestjs/common';
import { PGlite } from '@electric-sql/pglite';
import type { Environment } from '../environment/environment.js';
import { Database } from './database.js';
import { migrate } from './migrate.js';
import { seed } from './seed/seed.js';

/** Starts Postgres, brings its schema up to date and, if it is new, fills it. */
export async function openDatabase({ dataDir }: Environment): Promise<Database> {
  const started = performance.now();
  if (dataDir) await mkdir(dataDir, { recursive: true });
  // The default of 160 MB would double what the process needs.
  const postgres = await PGlite.create(dataDir, { postgresqlconf: ['shared_buffers=16MB'] });
  await migrate(postgres);
  const rows = await seed(postgres);
  const where = dataDir ? `in ${dataDir}` : 'in memory';
  const filled = rows ? `, filled with ${rows} rows` : '';
  new Logger('Database').log(
    `Postgres runs ${where}${filled} (${Math.round(performance.now() - started)} ms)`,
  );
  return new Database(postgres, rows > 0);
}
