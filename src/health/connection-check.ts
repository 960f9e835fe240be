import type { Clock } from '../common/clock.js';
import { toError } from '../common/errors.js';
import type { RedisGateway } from '../connection/redis-gateway.js';
import { readServerInfo } from '../connection/server-reading.js';
import { STATE_CONNECTION } from '../connection/connection.tokens.js';
import type { ConnectionHealth } from './redis-health.js';

interface CheckSettings {
  /** Lists what the library keeps at this connection. */
  readonly roles: readonly string[];
  readonly timeoutMs: number;
  readonly clock: Clock;
}

/**
 * Checks one connection, within `timeoutMs` whatever the server does: PING, and INFO where state is kept. It never
 * rejects.
 *
 * @internal
 */
export async function checkConnection(
  gateway: RedisGateway,
  settings: CheckSettings,
): Promise<ConnectionHealth> {
  const { roles, timeoutMs } = settings;
  const { topology } = gateway;
  const eviction = roles.includes(STATE_CONNECTION) ? evictionProblems(gateway, timeoutMs) : [];
  try {
    const [latencyMs, evictionFound] = await Promise.all([ping(gateway, settings), eviction]);
    const problems = [...slowProblems(gateway), ...evictionFound];
    return { roles, topology, state: problems.length === 0 ? 'up' : 'degraded', latencyMs, problems };
  } catch (error) {
    return { roles, topology, state: 'down', latencyMs: null, problems: [toError(error).message] };
  }
}

async function ping(gateway: RedisGateway, { clock, timeoutMs }: CheckSettings): Promise<number> {
  const startedAt = clock.monotonic();
  await gateway.send(['PING'], { timeoutMs });
  return Math.round((clock.monotonic() - startedAt) * 1_000) / 1_000;
}

function slowProblems({ availability }: RedisGateway): string[] {
  return availability.state === 'slow' ? ['The last answers were slow.'] : [];
}

/** Managed servers and ACLs often refuse CONFIG GET; INFO says the same and is refused by fewer. */
async function evictionProblems(gateway: RedisGateway, timeoutMs: number): Promise<string[]> {
  const servers = await readServerInfo(gateway, { section: 'memory', timeoutMs }).catch(() => []);
  const policies = new Set(servers.map((info) => info.get('maxmemory_policy') ?? 'noeviction'));
  policies.delete('noeviction');
  return [...policies].map(
    (policy) =>
      `The server may evict locks, limits and other state (maxmemory-policy ${policy}): ` +
      `set it to noeviction, or give 'state' a server of its own.`,
  );
}
