import type { RedisGateway } from '../../src/connection/redis-gateway.js';
import type { LuaScript } from '../../src/connection/lua-script.js';
import type { RateLimitPolicy } from '../../src/rate-limit/policies/rate-limit-policy.options.js';
import { openGateway } from './gateway.js';
import { limitsOver } from './rate-limits.js';

export interface Hammering {
  readonly url: string;
  readonly namespace: string;
  readonly policy: RateLimitPolicy;
  readonly forMs: number;
  /** Is how many calls are made at once. */
  readonly parallel: number;
}

/** Is how many calls one run of the script admitted, and when by the server's clock, in microseconds. */
export interface Admission {
  readonly at: number;
  readonly cost: number;
}

/** Calls one subject as hard as it can; answers what was admitted when, as the server saw it. */
export async function hammer({ url, namespace, policy, forMs, parallel }: Hammering): Promise<Admission[]> {
  const opened = await openGateway(url);
  const admissions: Admission[] = [];
  const limits = limitsOver(recording(opened.gateway, admissions), { namespace, decisionTimeout: '10s' });
  const end = performance.now() + forMs;
  while (performance.now() < end) {
    await Promise.all(Array.from({ length: parallel }, () => limits.consume(policy, 'everybody')));
  }
  await opened.close();
  return admissions;
}

/** Lets each run of the deciding script answer the time by which it decided, and takes that off the reply again. */
export function recording(redis: RedisGateway, admissions: Admission[]): RedisGateway {
  const altered = new Map<LuaScript, LuaScript>();
  const run: RedisGateway['run'] = async (call, options) => {
    const source = call.script.source.replace(/\nreturn (.*)$/, "\nreturn $1 .. pack('<d', now)");
    const script = altered.get(call.script) ?? { ...call.script, source };
    altered.set(call.script, script);
    const reply = (await redis.run({ ...call, script }, options)) as Buffer;
    const answers = reply.subarray(0, -8);
    let cost = 0;
    // A call is answered in 10 bytes if it is allowed, and in 16, of which the first number is negative, if not.
    for (let i = 0; i < answers.length; i += answers.readInt32LE(i) < 0 ? 16 : 10)
      cost += answers.readInt32LE(i) < 0 ? 0 : 1;
    admissions.push({ at: reply.readDoubleLE(answers.length), cost });
    return answers;
  };
  const { name, topology, availability } = redis;
  const subscribe: RedisGateway['subscribe'] = (...args) => redis.subscribe(...args);
  return { ...redis, name, topology, availability, run, subscribe };
}
