import type { SuiteEvents } from '../common/events.js';
import { RedisUnavailableError } from './connection.errors.js';
import type { ConnectionRegistry } from './connection-registry.js';
import { findServerProblems, type ServerFinding } from './server-findings.js';
import { readServerInfo } from './server-reading.js';

/**
 * Looks at every server once, when its connection first stands, whether that is at boot or later; the embedded server is
 * made for nothing else and is left alone.
 *
 * @internal
 */
export function reviewServers(registry: ConnectionRegistry, events: SuiteEvents): void {
  const reviewed = new Set<string>();
  const review = async (connection: string): Promise<void> => {
    if (reviewed.has(connection)) return;
    reviewed.add(connection);
    try {
      const findings = await reviewServer(registry, connection);
      if (findings.length > 0) events.emit('connection:findings', { connection, findings });
    } catch (error) {
      // A user who may not ask has been told of by 'connection:refusal'; a server that is away is looked at later.
      if (error instanceof RedisUnavailableError) reviewed.delete(connection);
    }
  };
  events.on('connection:embedded', ({ connection }) => reviewed.add(connection));
  events.on('connection:connected', ({ connection }) => review(connection));
  events.on('connection:availability', ({ connection, state }) =>
    state === 'ready' ? review(connection) : null,
  );
}

/**
 * Looks for what is wrong with the servers of a connection; the same finding at several masters counts once.
 *
 * @throws {RedisReplyError} when the user may not run INFO.
 * @throws {RedisUnavailableError} when a server does not answer in time.
 * @internal
 */
export async function reviewServer(
  registry: ConnectionRegistry,
  connection: string,
): Promise<ServerFinding[]> {
  const gateway = registry.all().find(({ name }) => name === connection);
  if (gateway === undefined) return [];
  const roles = registry.rolesOf(gateway);
  const servers = await readServerInfo(gateway);
  return unique(servers.flatMap((info) => findServerProblems(info, roles)));
}

/** Drops findings that say what an earlier one says. @internal */
export function unique(findings: readonly ServerFinding[]): ServerFinding[] {
  return [...new Map(findings.map((finding) => [finding.message, finding])).values()];
}
