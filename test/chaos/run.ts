/**
 * Runs four processes under load while their Redis fails in every way, and counts what their users notice:
 * `node --import ./test/support/typescript.mjs test/chaos/run.ts [seconds of each fault = 3] [backends = suite] [faults]`.
 *
 * Ends with 1 when this library broke a promise; what others do is only printed.
 */
import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { CALL_LIMIT_MS } from './backends/backend.js';
import { Database } from './database.js';
import { FAULTS, type Fault } from './faults.js';
import { Fleet, type Tally } from './fleet.js';

const SHOPS = 4;
const WARM_MS = 1_500;
/** Is how long it is waited for a recovery, in milliseconds. */
const PATIENCE_MS = 15_000;
const PROMISED_RECOVERY_MS = 2_000;
/** Is what a busy machine may add to a call's limit. */
const SLACK_MS = 500;

interface Figures extends Tally {
  readonly outOfOrder: number;
  readonly lateWrites: number;
  readonly stale: number;
  readonly recovery: number | string;
  readonly longestCallMs: number | null;
}

async function measure(kind: string, fault: Fault, faultMs: number): Promise<Figures> {
  const [stage, database] = await Promise.all([fault(SHOPS), new Database().start()]);
  const setup = { namespace: `chaos-${randomUUID()}`, databasePort: database.port };
  const fleet = await Fleet.start(kind, stage.connections, setup);
  fleet.open();
  await pause(WARM_MS);
  await stage.fail();
  await pause(faultMs);
  fleet.stopWriting();
  await stage.heal();
  const recovery = await fleet.untilRecovered(PATIENCE_MS);
  await pause(WARM_MS);
  await fleet.close();
  const stale = await fleet.countStale(database.versions);
  const longestCallMs = await fleet.longestCallMs();
  await fleet.stop();
  database.stop();
  await stage.stop();
  const { outOfOrder, lateWrites } = database;
  return { ...fleet.tally, outOfOrder, lateWrites, stale, recovery, longestCallMs };
}

/** Lists the promises that the figures break. */
function broken(figures: Figures): string[] {
  const promises: [string, boolean][] = [
    ['no errors', figures.errors === 0],
    ['no late requests', figures.late === 0],
    ['no call beyond its limit', (figures.longestCallMs ?? 0) <= CALL_LIMIT_MS + SLACK_MS],
    ['no write out of order', figures.outOfOrder === 0],
    ['nothing stale', figures.stale === 0],
    ['back within 2 s', typeof figures.recovery === 'number' && figures.recovery <= PROMISED_RECOVERY_MS],
  ];
  return promises.filter(([, kept]) => !kept).map(([promise]) => promise);
}

function row(fault: string, kind: string, figures: Figures): object {
  const ms = (value: number | null) => (value === null ? '-' : `${Math.round(value)} ms`);
  return {
    fault,
    kind,
    requests: figures.requests,
    errors: figures.errors,
    late: figures.late,
    'longest call': ms(figures.longestCallMs),
    'locks refused': figures.refusedLocks,
    'late writes refused': figures.lateWrites,
    'out of order': figures.outOfOrder,
    stale: figures.stale,
    recovery: typeof figures.recovery === 'number' ? ms(figures.recovery) : `never: ${figures.recovery}`,
  };
}

const [, , seconds = '3', kinds = 'suite', only = ''] = process.argv;
const rows: object[] = [];
const failures: string[] = [];
let passed = 0;
for (const [name, fault] of Object.entries(FAULTS)) {
  if (!name.includes(only)) continue;
  for (const kind of kinds.split(',')) {
    const figures = await measure(kind, fault, Number(seconds) * 1_000);
    rows.push(row(name, kind, figures));
    if (kind !== 'suite') continue;
    const lost = broken(figures);
    if (lost.length > 0) failures.push(`${name}: not kept: ${lost.join(', ')}`);
    else passed++;
  }
}
console.table(rows);
for (const failure of failures) console.error(failure);
console.log(`tests: ${passed} passed, ${failures.length} failed`);
process.exit(failures.length === 0 ? 0 : 1);
