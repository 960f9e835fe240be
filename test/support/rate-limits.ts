import { randomUUID } from 'node:crypto';
import { SYSTEM_CLOCK, type Clock } from '../../src/common/clock.js';
import { SuiteEvents } from '../../src/common/events.js';
import type { LuaScript } from '../../src/connection/lua-script.js';
import type { RedisGateway } from '../../src/connection/redis-gateway.js';
import { SuiteSettings } from '../../src/connection/suite-settings.js';
import { DecisionDeadline } from '../../src/rate-limit/decisions/decision-deadline.js';
import { Denials } from '../../src/rate-limit/decisions/denials.js';
import { DynamicLimits } from '../../src/rate-limit/policies/dynamic-limits.js';
import { LimitCalls } from '../../src/rate-limit/decisions/limit-calls.js';
import { Limiter } from '../../src/rate-limit/decisions/limiter.js';
import { MemoryLimits } from '../../src/rate-limit/decisions/memory-limits.js';
import { PermitLeases } from '../../src/rate-limit/permits/permit-leases.js';
import { PermitStore } from '../../src/rate-limit/permits/permit-store.js';
import { Permits } from '../../src/rate-limit/permits/permits.js';
import { RateLimitPolicies } from '../../src/rate-limit/policies/rate-limit-policies.js';
import {
  resolveRateLimitOptions,
  type RateLimitModuleOptions,
} from '../../src/rate-limit/rate-limit.options.js';
import { RateLimitService } from '../../src/rate-limit/rate-limit.service.js';
import { RedisLimits } from '../../src/rate-limit/decisions/redis-limits.js';
import { ReleaseChannel } from '../../src/rate-limit/decisions/release-channel.js';
import { SharedLimits } from '../../src/rate-limit/decisions/shared-limits.js';
import { SubjectKeys } from '../../src/rate-limit/subjects/subject-keys.js';
import { openGateway } from './gateway.js';

export interface LimitsOptions extends RateLimitModuleOptions {
  readonly namespace?: string;
  readonly secrets?: readonly string[];
  readonly clock?: Clock;
  readonly events?: SuiteEvents;
}

/**
 * Lets decisions wait for a busy machine: what counts exactly must not be decided in the process because an answer came
 * late. What happens then has tests of its own.
 */
export const PATIENT = { decisionTimeout: '10s' } as const;

/** Is what the connection needs for `PATIENT`: a command that is given up is decided in the process, too. */
export const PATIENT_CONNECTION = { commandTimeout: '10s' } as const;

/** Makes a `RateLimitService` over a gateway, as the module would. */
export function limitsOver(redis: RedisGateway, options: LimitsOptions = {}): RateLimitService {
  const {
    namespace = randomUUID(),
    secrets = [],
    clock = SYSTEM_CLOCK,
    events = new SuiteEvents(),
    ...raw
  } = options;
  const resolved = resolveRateLimitOptions(raw);
  const deadline = new DecisionDeadline(clock, resolved);
  const onRedis = new RedisLimits(redis, deadline, events);
  const settings = new SuiteSettings(namespace, secrets);
  const denials = new Denials(clock, resolved, new ReleaseChannel(redis, events, settings));
  const shared = new SharedLimits(onRedis, denials);
  const limiter = new Limiter(shared, new MemoryLimits(clock, resolved), events);
  const subjects = new SubjectKeys(settings);
  const calls = new LimitCalls(
    new RateLimitPolicies(resolved, {}),
    subjects,
    new DynamicLimits(clock, resolved, events),
  );
  const store = new PermitStore(redis, deadline, events);
  const permits = new Permits(store, new PermitLeases(store, clock), events);
  return new RateLimitService(limiter, calls, permits);
}

/** Opens two instances that count together and have the patience of `PATIENT`, as the contract needs them. */
export async function openTwoLimits(
  server: Parameters<typeof openGateway>[0],
): Promise<{ limits: RateLimitService; others: RateLimitService; close: () => Promise<void> }> {
  const open = () => openGateway(server, PATIENT_CONNECTION);
  const [one, two] = await Promise.all([open(), open()]);
  const options = { namespace: randomUUID(), ...PATIENT };
  return {
    limits: limitsOver(one.gateway, options),
    others: limitsOver(two.gateway, options),
    close: async () => {
      await Promise.all([one.close(), two.close()]);
    },
  };
}

/** Gives scripts the time that `setTime` chose in place of the server's. */
export function withChosenTime(redis: RedisGateway): {
  gateway: RedisGateway;
  setTime: (us: number) => Promise<void>;
} {
  const key = `${randomUUID()}:time`;
  const altered = new Map<LuaScript, LuaScript>();
  const alter = (script: LuaScript): LuaScript => {
    const source = script.source.replaceAll("redis.call('TIME')", `redis.call('HVALS', '${key}')`);
    const made = altered.get(script) ?? { ...script, source };
    altered.set(script, made);
    return made;
  };
  const run: RedisGateway['run'] = (call, options) =>
    redis.run({ ...call, script: alter(call.script) }, options);
  return {
    gateway: new Proxy(redis, {
      get: (target, property) => {
        if (property === 'run') return run;
        const value: unknown = Reflect.get(target, property);
        return typeof value === 'function' ? (value.bind(target) as unknown) : value;
      },
    }),
    setTime: async (us) => {
      await redis.send(['HSET', key, 's', Math.floor(us / 1_000_000), 'us', us % 1_000_000]);
    },
  };
}
