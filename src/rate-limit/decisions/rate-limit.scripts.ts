import type { LuaScript, RedisArgument, RedisReply, ScriptCall } from '../../connection/lua-script.js';
import type { LimitCall, WindowOutcome } from '../policies/limit-plan.js';
import { BLOCK_WINDOWS_N } from '../lua/generated.js';

/** Decides calls of plans of one script, in their order: O(calls), and O(log limit) within each. @internal */
export function consumeCalls(script: LuaScript, calls: readonly LimitCall[]): ScriptCall {
  const keys: string[] = [];
  const args: RedisArgument[] = [];
  let run = calls[0] as LimitCall;
  let alike = 0;
  for (const call of calls) {
    for (const key of call.keys) keys.push(key);
    if (call.plan === run.plan && call.cost === run.cost) {
      alike++;
      continue;
    }
    args.push(...run.plan.wire, run.cost, alike);
    run = call;
    alike = 1;
  }
  if (run.cost === 1) args.push(...run.plan.shortWire);
  else args.push(...run.plan.wire, run.cost);
  return { script, keys, args, binary: true };
}

/** Reads the outcomes of a script run, call after call. @internal */
export function outcomeReader(reply: RedisReply): (call: LimitCall) => WindowOutcome[] {
  const bytes = reply as Buffer;
  let at = 0;
  return ({ plan }) =>
    plan.windows.map(({ policy }) => {
      const left = bytes.readInt32LE(at);
      const resetMs = bytes.readUIntLE(at + 4, 6);
      at += 10;
      if (left >= 0) return { policy, allowed: true, remaining: left, resetMs, retryAfterMs: 0 };
      const retryAfterMs = bytes.readUIntLE(at, 6);
      at += 6;
      return { policy, allowed: false, remaining: -1 - left, resetMs, retryAfterMs };
    });
}

/** Blocks the subject of a call for `blockMs`; 0 releases it. O(windows). @internal */
export function blockWindows({ keys }: LimitCall, blockMs: number): ScriptCall {
  return { script: BLOCK_WINDOWS_N, keys, args: [blockMs] };
}
