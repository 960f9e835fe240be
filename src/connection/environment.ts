import { InvalidOptionsError, type OptionProblem } from '../common/errors.js';
import { NAMESPACE_FORM, NAMESPACE_MUST_BE } from '../common/keys/key-space.js';
import type { HostConnection, RestConnection, SocketConnection } from './connection.options.js';
import { present, type Environment } from './environment-text.js';
import type { FoundOption } from './found-option.js';
import { parseRedisUrl, URL_FORM, urlProblem, type RedisUrlParts } from './redis-url.js';
import { findEnvironmentRest } from './rest-environment.js';

/** Is what the environment says about Redis; what it does not say is left out. @publicApi */
export interface EnvironmentOptions {
  connection?: HostConnection | SocketConnection | RestConnection;
  namespace?: string;
}

type Fields = { -readonly [K in keyof RedisUrlParts]?: RedisUrlParts[K] };

interface Variable {
  readonly field: keyof Fields;
  readonly mustBe: string;
  /** @returns undefined when the text is not good. */
  readonly read: (text: string) => Fields[keyof Fields];
}

const VARIABLES: Record<string, Variable> = {
  REDIS_HOST: {
    field: 'host',
    mustBe: 'a host name or address',
    read: (text) => (/^[^\s/]+$/.test(text) ? text : undefined),
  },
  REDIS_PORT: {
    field: 'port',
    mustBe: 'a port from 1 to 65535',
    read: (text) => wholeNumber(text, 1, 65_535),
  },
  REDIS_USERNAME: { field: 'username', mustBe: 'a user name', read: (text) => text },
  REDIS_PASSWORD: { field: 'password', mustBe: 'a password', read: (text) => text },
  REDIS_DB: { field: 'db', mustBe: 'a database number', read: (text) => wholeNumber(text, 0, 1_000_000) },
  REDIS_TLS: { field: 'tls', mustBe: 'true or false', read: flag },
};

const NAMESPACE_VARIABLE = 'REDIS_KEY_PREFIX';

/** Names the fields for people. */
const CONTENTS: Record<keyof Fields, string> = {
  host: 'host',
  path: 'socket',
  port: 'port',
  username: 'user name',
  password: 'password',
  db: 'database',
  tls: 'use of TLS',
};

/**
 * Reads the connection and the namespace from `REDIS_URL`, `REDIS_HOST`, `REDIS_PORT`, `REDIS_USERNAME`,
 * `REDIS_PASSWORD`, `REDIS_DB`, `REDIS_TLS` and `REDIS_KEY_PREFIX`. Single variables fill what the URL lacks. With
 * neither a URL nor a host, a REST endpoint is read from `REDIS_REST_URL` and `REDIS_REST_TOKEN`, or from their names
 * with `UPSTASH_` before them.
 *
 * @returns no `connection` when none of these names a server.
 * @throws {InvalidOptionsError} listing every variable that cannot be used, and every two that contradict each other.
 * @publicApi
 */
export function redisOptionsFromEnv(env: Environment = process.env): EnvironmentOptions {
  const [connection, namespace] = [findEnvironmentConnection(env), findEnvironmentNamespace(env)];
  const problems = [...connection.problems, ...namespace.problems];
  if (problems.length > 0) throw new InvalidOptionsError('Environment', problems);
  return {
    ...(connection.value !== undefined && { connection: connection.value }),
    ...(namespace.value !== undefined && { namespace: namespace.value }),
  };
}

/** Looks for a connection in the environment: over TCP, else over REST. @internal */
export function findEnvironmentConnection(
  env: Environment = process.env,
): FoundOption<HostConnection | SocketConnection | RestConnection> {
  const problems: OptionProblem[] = [];
  const fields = mergeFields(readUrl(env, problems), readVariables(env, problems), problems);
  const namesServer = present(env, 'REDIS_URL') !== undefined || present(env, 'REDIS_HOST') !== undefined;
  const rest = findEnvironmentRest(env, !namesServer);
  problems.push(...(namesServer ? [] : incompleteProblems(env)), ...rest.problems);
  const value = namesServer ? connectionOf(fields) : rest.value;
  return value === undefined || problems.length > 0 ? { problems } : { value, problems };
}

function connectionOf({
  host,
  path,
  port,
  tls,
  ...shared
}: Fields): HostConnection | SocketConnection | undefined {
  if (path !== undefined) return { path, ...shared };
  if (host === undefined) return undefined;
  return { host, ...(port !== undefined && { port }), ...shared, ...(tls !== undefined && { tls }) };
}

/** Looks for a namespace in the environment; the colon that ends many a prefix is no part of it. @internal */
export function findEnvironmentNamespace(env: Environment = process.env): FoundOption<string> {
  const namespace = present(env, NAMESPACE_VARIABLE)?.replace(/:+$/, '');
  if (namespace === undefined) return { problems: [] };
  if (NAMESPACE_FORM.test(namespace)) return { value: namespace, problems: [] };
  return { problems: [{ path: NAMESPACE_VARIABLE, message: `must be ${NAMESPACE_MUST_BE}` }] };
}

function readUrl(env: Environment, problems: OptionProblem[]): Fields {
  const url = present(env, 'REDIS_URL');
  if (url === undefined) return {};
  const problem = urlProblem(url);
  if (problem === null) return parseRedisUrl(url);
  problems.push({
    path: 'REDIS_URL',
    message: `${problem}; write ${URL_FORM}`,
  });
  return {};
}

function readVariables(env: Environment, problems: OptionProblem[]): Map<string, Fields> {
  const read = new Map<string, Fields>();
  for (const [name, variable] of Object.entries(VARIABLES)) {
    const text = present(env, name);
    if (text === undefined) continue;
    const value = variable.read(text);
    if (value === undefined) problems.push({ path: name, message: `must be ${variable.mustBe}` });
    else read.set(name, { [variable.field]: value });
  }
  return read;
}

/** A URL always says by its scheme whether there is TLS; the other fields may be left to single variables. */
function mergeFields(url: Fields, variables: Map<string, Fields>, problems: OptionProblem[]): Fields {
  const merged: Fields = { ...url };
  for (const [name, single] of variables) {
    const [[field, value]] = Object.entries(single) as [[keyof Fields, never]];
    const isElsewhere = url.path !== undefined && (field === 'host' || field === 'port');
    if (isElsewhere || (url[field] !== undefined && url[field] !== value)) {
      problems.push({
        path: name,
        message: `says something else than REDIS_URL about the ${CONTENTS[field]}; remove one of the two`,
      });
    } else merged[field] = value;
  }
  return merged;
}

/** Looks for variables that belong to a server, which none of them names. */
function incompleteProblems(env: Environment): OptionProblem[] {
  const message = 'is set, but neither REDIS_URL nor REDIS_HOST names a server; set one of them';
  return Object.keys(VARIABLES)
    .filter((name) => present(env, name) !== undefined)
    .map((path) => ({ path, message }));
}

function wholeNumber(text: string, min: number, max: number): number | undefined {
  const value = Number(text);
  return /^\d+$/.test(text) && value >= min && value <= max ? value : undefined;
}

function flag(text: string): boolean | undefined {
  const known: Record<string, boolean> = { true: true, '1': true, false: false, '0': false };
  return known[text.toLowerCase()];
}
