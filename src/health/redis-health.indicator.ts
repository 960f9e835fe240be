import { Injectable } from '@nestjs/common';
import type { Clock } from '../common/clock.js';
import { describeValue, toMs } from '../common/duration.js';
import { InvalidOptionsError } from '../common/errors.js';
import { ConnectionRegistry } from '../connection/connection-registry.js';
import { InjectClock } from '../connection/connection.tokens.js';
import type { RedisGateway } from '../connection/redis-gateway.js';
import { checkConnection } from './connection-check.js';
import type { RedisHealthOptions, RedisHealthResult, RedisHealthState } from './redis-health.js';

const WORST_FIRST: readonly RedisHealthState[] = ['down', 'degraded', 'up'];

/**
 * Tells Terminus, or whoever asks, how Redis does: `up`, `degraded` (slow, or something about a server puts
 * what is kept there at risk) or
 * `down`.
 *
 * Use it for readiness or for people, not for liveness: restarting the application does not mend Redis.
 *
 * @example
 * ```ts
 * @Get()
 * @HealthCheck()
 * check() {
 *   return this.health.check([() => this.redis.isHealthy('redis')]);
 * }
 * ```
 * @publicApi
 */
@Injectable()
export class RedisHealthIndicator {
  constructor(
    private readonly registry: ConnectionRegistry,
    @InjectClock() private readonly clock: Clock,
  ) {}

  /**
   * Checks every connection, or the one named, by PING, and by INFO where cache or state is kept. However the servers do, it
   * resolves, within the timeout.
   *
   * @param key names the result, for example `'redis'`.
   * @throws {InvalidOptionsError} when there is no connection of that name, or the timeout is no duration.
   */
  async isHealthy<const Key extends string>(
    key: Key,
    options: RedisHealthOptions = {},
  ): Promise<RedisHealthResult<Key>> {
    const timeoutMs = toMs(options.timeout ?? '1s', 'timeout');
    const checks = this.#chosen(options.connection).map(async (gateway) => {
      const settings = { roles: this.registry.rolesOf(gateway), timeoutMs, clock: this.clock };
      return [gateway.name, await checkConnection(gateway, settings)] as const;
    });
    const connections = Object.fromEntries(await Promise.all(checks));
    const states = Object.values(connections).map((connection) => connection.state);
    const state = WORST_FIRST.find((candidate) => states.includes(candidate)) ?? 'up';
    const status = state === 'degraded' ? (options.degradedIs ?? 'up') : state;
    return { [key]: { status, state, connections } } as RedisHealthResult<Key>;
  }

  #chosen(name: string | undefined): RedisGateway[] {
    if (name === undefined) return this.registry.all();
    const gateway = this.registry.find(name);
    if (gateway !== undefined) return [gateway];
    const message = `must name a connection; got ${describeValue(name)}`;
    throw new InvalidOptionsError('RedisHealthIndicator', [{ path: 'connection', message }]);
  }
}
