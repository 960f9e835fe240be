import type { OptionProblem } from '../common/errors.js';
import { connectionProblems, type RedisConnection } from './connection-form.js';
import type { ConnectionSettings } from './connection.options.js';
import { CACHE_CONNECTION, STATE_CONNECTION } from './connection.tokens.js';
import { findDefaultConnection } from './default-connection.js';
import { findEnvironmentConnection } from './environment.js';
import type { FoundOption } from './found-option.js';

/** Is the key under which a single connection for everything is kept. @internal */
export const SINGLE_CONNECTION = '*';

/** Maps names to servers; with `SINGLE_CONNECTION`, the names `cache` and `state` both mean that one. @internal */
export type NamedConnections = Readonly<Record<string, RedisConnection>>;

/** Says which connections there are. @internal */
export interface ConnectionPlan {
  readonly connections: NamedConnections;
  readonly defaults: ConnectionSettings;
  /** Fails the boot when a server is away. */
  readonly failFast: boolean;
}

/** Is what the options say about servers, as the user wrote it. @internal */
export interface ServerOptions {
  readonly connection?: unknown;
  readonly connections?: unknown;
}

/**
 * Finds out which connections there are: those of the options, else the environment's, else the embedded server.
 *
 * @param names those for which clients can be injected.
 * @internal
 */
export function findConnections(
  { connection, connections }: ServerOptions,
  names: readonly string[],
): FoundOption<NamedConnections> {
  if (connections === undefined) return withNames(findSingle(connection), names);
  const problems = namedProblems(connections);
  if (connection !== undefined) {
    return { problems: [BOTH_FORMS, ...connectionProblems(connection, 'connection'), ...problems] };
  }
  return isRecord(connections)
    ? withNames({ value: connections as NamedConnections, problems }, names)
    : { problems };
}

const BOTH_FORMS: OptionProblem = {
  path: 'connection',
  message:
    "and 'connections' exclude each other: keep 'connection' for one server, 'connections' for several",
};

const NO_RECORD: OptionProblem = {
  path: 'connections',
  message: 'must be an object such as { cache: …, state: … }',
};

function namedProblems(connections: unknown): OptionProblem[] {
  if (!isRecord(connections)) return [NO_RECORD];
  const roles = [CACHE_CONNECTION, STATE_CONNECTION].filter((role) => connections[role] === undefined);
  const servers = Object.entries(connections).filter(([name]) => !roles.includes(name));
  return [
    ...roles.map(missingRole),
    ...servers.flatMap(([name, server]) => connectionProblems(server, `connections.${name}`)),
  ];
}

function missingRole(role: string): OptionProblem {
  const message = "is missing; name a server for 'cache' and one for 'state', or use 'connection' for both";
  return { path: `connections.${role}`, message };
}

function findSingle(connection: unknown): FoundOption<NamedConnections> {
  const { value, problems } = connection === undefined ? findElsewhere() : asWritten(connection);
  return value === undefined ? { problems } : { value: { [SINGLE_CONNECTION]: value }, problems };
}

function asWritten(connection: unknown): FoundOption<RedisConnection> {
  return { value: connection as RedisConnection, problems: connectionProblems(connection, 'connection') };
}

/** What is wrong in the environment must be mended there, so nothing takes its place. */
function findElsewhere(): FoundOption<RedisConnection> {
  const found = findEnvironmentConnection();
  return found.value === undefined && found.problems.length === 0 ? findDefaultConnection() : found;
}

/** Names come apart from the servers under `forRootAsync`, so they may name none. */
function withNames(
  { value, problems }: FoundOption<NamedConnections>,
  names: readonly string[],
): FoundOption<NamedConnections> {
  const known = [CACHE_CONNECTION, STATE_CONNECTION, ...Object.keys(value ?? {})];
  const unknown = names.filter((name) => !known.includes(name));
  const unknownProblems = unknown.map((name) => ({
    path: 'connectionNames',
    message: `lists '${name}', but 'connections' has no '${name}'; add it there, or remove the name here`,
  }));
  return { ...(value !== undefined && { value }), problems: [...problems, ...unknownProblems] };
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
