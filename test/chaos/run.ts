/**
 * Runs four processes under load while their Redis fails in every way, and counts what their users notice:
 * `npm run test:chaos -- [seconds of each fault = 3] [kinds = demo] [faults]`.
 *
 * Ends with 1 when the demo or this library broke a promise; what others do is only printed.
 */
import { setTimeout as pause } from 'node:timers/promises';
import { DemoTrade, openDemoDatabase } from './demo/demo-trade.js';
import { EMPTIED, FAULTS, type Fault } from './faults.js';
import { Fleet, type Delays, type Tally } from './fleet.js';
import { whyNot } from './peers.js';
import { ProgramTrade } from './program-trade.js';
import type { Trade, WorkFigures } from './trade.js';

const SHOPS = 4;
const WARM_MS = 1_500;
/** Is how long it is waited for a recovery, in milliseconds. */
const PATIENCE_MS = 15_000;
const PROMISED_RECOVERY_MS = 2_000;
/** Is what a call takes besides waiting; how late the processes of a busy machine are comes on top. */
const SLACK_MS = 100;
const OURS = ['demo', 'suite'];

interface Figures extends Tally, WorkFigures, Delays {
  readonly late: readonly string[];
  readonly stale: number;
  readonly recovery: number | string;
  readonly locksBackMs: number | null;
}

async function measure(trade: Trade, fault: Fault, faultMs: number): Promise<Figures> {
  const stage = await fault(SHOPS);
  const fleet = await Fleet.start(trade, stage.connections);
  await fleet.open();
  await pause(WARM_MS);
  await stage.fail();
  await pause(faultMs);
  fleet.stopWriting();
  await stage.heal();
  fleet.healed();
  const recovery = await fleet.untilRecovered(PATIENCE_MS);
  await pause(WARM_MS);
  await fleet.close();
  const stale = await fleet.countStale();
  const delays = await fleet.delays();
  const { locksBackMs } = fleet;
  const late = fleet.listLate(SLACK_MS + delays.longestDelayMs);
  await fleet.stop();
  await stage.stop();
  return { ...fleet.tally, ...(await trade.workFigures()), ...delays, late, stale, recovery, locksBackMs };
}

/** Lists the promises that the figures break. */
function broken(figures: Figures, { callLimitMs }: Trade, fault: Fault): string[] {
  const limitMs = callLimitMs + SLACK_MS + figures.longestDelayMs;
  const promises: [string, boolean][] = [
    ['no errors', figures.errors === 0],
    [`no late requests (${figures.late.join(', ')})`, figures.late.length === 0],
    ['no call beyond its limit', (figures.longestCallMs ?? 0) <= limitMs],
    ['no write out of order', figures.outOfOrder === 0],
    ['nothing stale', figures.stale === 0],
    ['back within 2 s', typeof figures.recovery === 'number' && figures.recovery <= PROMISED_RECOVERY_MS],
    // A server without its memory grants no lock that somebody may still hold.
    [
      'locks back within 2 s',
      fault === FAULTS[EMPTIED] || (figures.locksBackMs ?? Infinity) <= PROMISED_RECOVERY_MS,
    ],
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
    late: figures.late.length,
    'longest call': ms(figures.longestCallMs),
    'machine late': ms(figures.longestDelayMs),
    'locks refused': figures.refusedLocks,
    'locks back': figures.locksBackMs === null ? 'not yet' : ms(figures.locksBackMs),
    'late writes refused': figures.lateWrites,
    'out of order': figures.outOfOrder,
    stale: figures.stale,
    recovery: typeof figures.recovery === 'number' ? ms(figures.recovery) : `never: ${figures.recovery}`,
  };
}

const [, , seconds = '3', kinds = 'demo', only = ''] = process.argv;
const rows: object[] = [];
const failures: string[] = [];
let passed = 0;
const database = kinds.includes('demo') ? await openDemoDatabase() : null;
for (const [name, fault] of Object.entries(FAULTS)) {
  if (!name.includes(only)) continue;
  for (const kind of kinds.split(',')) {
    const reason = whyNot(kind, name);
    if (reason !== null) {
      console.log(`${name}: without ${kind}: ${reason}`);
      continue;
    }
    const trade = await (database && kind === 'demo' ? DemoTrade.start(database) : ProgramTrade.start(kind));
    const figures = await measure(trade, fault, Number(seconds) * 1_000);
    rows.push(row(name, kind, figures));
    trade.stop();
    if (!OURS.includes(kind)) continue;
    const lost = broken(figures, trade, fault);
    if (lost.length > 0) failures.push(`${name}: ${kind} did not keep: ${lost.join(', ')}`);
    else passed++;
  }
}
await database?.onApplicationShutdown();
console.table(rows);
for (const failure of failures) console.error(failure);
console.log(`tests: ${passed} passed, ${failures.length} failed`);
process.exit(failures.length === 0 ? 0 : 1);
