import { randomUUID } from 'node:crypto';
import type { RedisGateway } from '../../src/connection/redis-gateway.js';
import { planOf, type LimitCall } from '../../src/rate-limit/policies/limit-plan.js';
import { resolvePolicy } from '../../src/rate-limit/policies/rate-limit-policy.js';
import { consumeCalls, outcomeReader } from '../../src/rate-limit/decisions/rate-limit.scripts.js';
import type { Random } from './random.js';
import { withChosenTime } from './rate-limits.js';
import { mostInAnyWindow } from './sliding-model.js';
import { START } from './trials.js';

/** Is long, since the server forgets a subject by its own clock, however little time the test has let pass. */
const WINDOW_MS = 60_000;
const WINDOW_US = WINDOW_MS * 1_000;
const STEPS = 12;

/** Is calls at one time. */
export interface PatternStep {
  /** Is how much time passes before, in microseconds. */
  readonly waitUs: number;
  readonly calls: number;
}

/** Is what became of the calls of a pattern. */
export interface PatternResult {
  readonly denied: number;
  /** Is the most that was admitted in any window. */
  readonly most: number;
}

/** Makes the calls of patterns by the real script, on a limit a minute, each pattern on a subject of its own and at times of its own. */
export function patternsOn(
  redis: RedisGateway,
  limit: number,
): (pattern: Iterable<PatternStep>) => Promise<PatternResult> {
  const { gateway, setTime } = withChosenTime(redis);
  const plan = planOf([resolvePolicy({ limit, window: WINDOW_MS })]);
  return async (pattern) => {
    const call: LimitCall = { plan, subject: 's', hidden: 's', keys: [randomUUID()], cost: 1 };
    const admitted: { at: number; cost: number }[] = [];
    let at = START;
    let denied = 0;
    for (const { waitUs, calls } of pattern) {
      at += waitUs;
      await setTime(at);
      const batch = Array.from({ length: calls }, () => call);
      const read = outcomeReader(await gateway.run(consumeCalls(plan.script, batch)));
      const cost = batch.filter((one) => read(one)[0]!.allowed).length;
      denied += calls - cost;
      if (cost > 0) admitted.push({ at, cost });
    }
    return { denied, most: mostInAnyWindow(admitted, WINDOW_US) };
  };
}

/** Changes a pattern step by step for the worse; answers the most that was admitted in any window. */
export async function worstPattern(
  run: ReturnType<typeof patternsOn>,
  { limit, tries, random }: { limit: number; tries: number; random: Random },
): Promise<number> {
  let worst = Array.from({ length: STEPS }, () => randomStep(random, limit));
  let { most } = await run(worst);
  for (let i = 1; i < tries; i++) {
    const pattern = worst.map((step) => (random.below(4) === 0 ? randomStep(random, limit) : step));
    const seen = await run(pattern);
    if (seen.most >= most) [worst, most] = [pattern, seen.most];
  }
  return most;
}

/** Pauses by the edges of cells and windows, or by anything else; calls one at a time or more than the limit at once. */
function randomStep(random: Random, limit: number): PatternStep {
  const cellUs = Math.ceil(WINDOW_US / 64);
  const waits = [
    1,
    cellUs - 1,
    cellUs,
    WINDOW_US - 1,
    WINDOW_US - cellUs,
    WINDOW_US,
    random.below(WINDOW_US),
  ];
  const most = random.pick([3, Math.ceil(limit / 10), 2 * limit]);
  return { waitUs: random.pick(waits), calls: 1 + random.below(most) };
}

/** Calls at an even pace for so many windows. */
export function* evenPattern(perWindow: number, windows: number): Iterable<PatternStep> {
  const count = Math.floor(perWindow * windows);
  for (let i = 0; i < count; i++) {
    const [before, now] = [i - 1, i].map((n) => Math.floor((n * WINDOW_US) / perWindow));
    yield { waitUs: now! - before!, calls: 1 };
  }
}
