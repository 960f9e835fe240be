import type { LuaScript, RedisArgument, RedisReply, ScriptCall } from '../connection/lua-script.js';
import { ALGORITHMS } from './algorithms/algorithms.js';
import type { LimitCall, LimitPlan, WindowOutcome } from './limit-plan.js';
import { BLOCK_WINDOWS_N, CONSUME_WINDOWS_N } from './lua/generated.js';

const PARTS = new Map(Object.values(ALGORITHMS).map(({ letter, script }) => [letter, script.source]));

/** Is the script that decides: every algorithm's part, then what runs them. @internal */
export const CONSUME: LuaScript = {
  ...CONSUME_WINDOWS_N,
  source: [
    'local algorithms = {}',
    ...[...PARTS].map(([letter, source]) => `algorithms['${letter}'] = (function()\n${source}\nend)()`),
    CONSUME_WINDOWS_N.source,
  ].join('\n'),
};

/** Decides calls in their order: O(calls), and O(log limit) within each. @internal */
export function consumeCalls(calls: readonly LimitCall[]): ScriptCall {
  const kinds = new Map<LimitPlan, number>();
  const wire: RedisArgument[] = [0];
  const costs: RedisArgument[] = [];
  for (const { plan, cost } of calls) {
    let first = kinds.get(plan);
    if (first === undefined) {
      first = Number(wire[0]) + 1;
      kinds.set(plan, first);
      wire[0] = Number(wire[0]) + plan.windows.length;
      wire.push(...plan.wire);
    }
    costs.push(first, cost);
  }
  return {
    script: CONSUME,
    keys: calls.flatMap(({ windows }) => windows.map(({ key }) => key)),
    args: wire.concat(costs),
  };
}

/** Reads the outcomes of a script run, call after call. @internal */
export function outcomeReader(reply: RedisReply): (call: LimitCall) => WindowOutcome[] {
  const integers = reply as number[];
  let at = 0;
  const next = () => integers[at++] ?? 0;
  return ({ windows }) =>
    windows.map(({ policy }) => {
      return { policy, allowed: next() === 1, remaining: next(), resetMs: next(), retryAfterMs: next() };
    });
}

/** Blocks the subject of a call for `blockMs`; 0 releases it. O(windows). @internal */
export function blockWindows({ windows }: LimitCall, blockMs: number): ScriptCall {
  return { script: BLOCK_WINDOWS_N, keys: windows.map(({ key }) => key), args: [blockMs * 1_000] };
}
