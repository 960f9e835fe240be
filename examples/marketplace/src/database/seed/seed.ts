import type { PGlite } from '@electric-sql/pglite';
import { hashPassword } from '../../auth/password.js';
import { configuration } from './configuration.js';
import { Days } from './days.js';
import { people } from './people.js';
import { Random } from './random.js';
import { insert } from './table.js';
import { talk } from './talk.js';
import { trade } from './trade.js';
import { works } from './works.js';

/** Is the password of every user in the demo. */
export const DEMO_PASSWORD = 'marketplace';

const FIRST_STATE = 20_260_101;

/**
 * Fills an empty database.
 *
 * @returns the number of rows, 0 when there were users already.
 */
export async function seed(postgres: PGlite): Promise<number> {
  const { rows } = await postgres.query('select 1 from users limit 1');
  if (rows.length > 0) return 0;
  const [random, days] = [new Random(FIRST_STATE), new Days()];
  // One hash for all: hashing 400 times would take longer than everything else together.
  const passwordHash = await hashPassword(DEMO_PASSWORD);
  const tables = [
    ...people(random, days, passwordHash),
    ...works(random, days),
    ...trade(random, days),
    ...talk(random, days),
    configuration(days),
  ];
  await postgres.transaction(async (tx) => {
    for (const table of tables) await insert(tx, table);
  });
  await postgres.exec('analyze');
  return tables.reduce((sum, table) => sum + table.rows.length, 0);
}
