import type { Clock } from '../common/clock.js';
import { toError } from '../common/errors.js';
import { infoNumber, parseServerInfo } from '../common/server-info.js';
import { RedisReplyError, RedisUnavailableError } from '../connection/connection.errors.js';
import type { RedisGateway } from '../connection/redis-gateway.js';
import { readServerInfo } from '../connection/server-reading.js';
import { findServerProblems, type ServerFinding } from '../connection/server-findings.js';
import { unique } from '../connection/server-review.js';
import type { ConnectionHealth } from './redis-health.js';

/** Counts the parts of the keyspace of a cluster. */
const SLOTS = 16_384;

interface CheckSettings {
  /** Lists what the library keeps at this connection. */
  readonly roles: readonly string[];
  readonly timeoutMs: number;
  readonly clock: Clock;
}

/**
 * Checks one connection, within `timeoutMs` whatever the server does: PING, and INFO where cache or state is kept. It never
 * rejects.
 *
 * @internal
 */
export async function checkConnection(
  gateway: RedisGateway,
  settings: CheckSettings,
): Promise<ConnectionHealth> {
  const { roles } = settings;
  const { topology } = gateway;
  const review = findings(gateway, settings);
  try {
    const [{ latencyMs, refusal }, found] = await Promise.all([ping(gateway, settings), review]);
    const [atRisk, notices] = [messages(found, 'problem'), messages(found, 'notice')];
    const problems = [...slowProblems(gateway), ...refusal, ...atRisk];
    const state = problems.length === 0 ? 'up' : 'degraded';
    return { roles, topology, state, latencyMs, problems, notices };
  } catch (error) {
    const problems = [toError(error).message];
    // It was one of many servers that was asked.
    const state = topology === 'cluster' && gateway.availability.state !== 'down' ? 'degraded' : 'down';
    return { roles, topology, state, latencyMs: null, problems, notices: [] };
  }
}

/** A server that refuses PING, as one does that cannot write to its disk, answers and may serve reads all the same. */
async function ping(
  gateway: RedisGateway,
  { clock, timeoutMs }: CheckSettings,
): Promise<{ latencyMs: number; refusal: string[] }> {
  const startedAt = clock.monotonic();
  const refusal = await gateway.send(['PING'], { timeoutMs }).then(
    () => [],
    (error: unknown) => {
      if (error instanceof RedisReplyError) return [error.message];
      throw error;
    },
  );
  return { latencyMs: Math.round((clock.monotonic() - startedAt) * 1_000) / 1_000, refusal };
}

function slowProblems({ availability }: RedisGateway): string[] {
  return availability.state === 'slow' ? ['The last answers were slow.'] : [];
}

const NOT_ALL: ServerFinding = {
  kind: 'silent',
  severity: 'problem',
  message: 'A server is away, or did not say in time how it does: what is kept there cannot be reached.',
};

/** Asks one node of a cluster what it knows of the others, for lost ones are not asked any more: CLUSTER INFO, O(1). */
async function gaps(gateway: RedisGateway, { timeoutMs }: CheckSettings): Promise<ServerFinding[]> {
  if (gateway.topology !== 'cluster') return [];
  const reply = await gateway.send(['CLUSTER', 'INFO'], { timeoutMs }).catch(() => '');
  const slots = infoNumber(parseServerInfo(String(reply)), 'cluster_slots_ok') ?? SLOTS;
  return slots < SLOTS ? [NOT_ALL] : [];
}

/** Managed servers and ACLs often refuse CONFIG GET; INFO says nearly the same and is refused by fewer. */
async function findings(gateway: RedisGateway, settings: CheckSettings): Promise<ServerFinding[]> {
  const { roles, timeoutMs } = settings;
  if (roles.length === 0) return [];
  try {
    const [servers, missing] = await Promise.all([
      readServerInfo(gateway, { timeoutMs }),
      gaps(gateway, settings),
    ]);
    return unique([...missing, ...servers.flatMap((info) => findServerProblems(info, roles))]);
  } catch (error) {
    return error instanceof RedisUnavailableError ? [NOT_ALL] : [];
  }
}

function messages(found: readonly ServerFinding[], wanted: ServerFinding['severity']): string[] {
  return found.filter(({ severity }) => severity === wanted).map(({ message }) => message);
}
