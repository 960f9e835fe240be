import type { OptionProblem } from '../common/errors.js';
import { findProblems } from '../common/option-validation.js';
import { clientProblems } from './client-problems.js';
import {
  ClientConnection,
  ClusterConnection,
  EmbeddedConnection,
  HostConnection,
  RestConnection,
  SentinelConnection,
  SocketConnection,
  UrlConnection,
} from './connection.options.js';
import { URL_FORM, urlProblem } from './redis-url.js';
import { tlsProblem } from './tls-options.js';

/**
 * Says how to reach Redis: a `redis://`, `rediss://` or `unix://` URL, its fields, a Unix socket, Sentinels, a cluster, a
 * client of the application's own, the embedded server, or a REST endpoint.
 *
 * @publicApi
 */
export type RedisConnection =
  | string
  | UrlConnection
  | HostConnection
  | SocketConnection
  | SentinelConnection
  | ClusterConnection
  | ClientConnection
  | EmbeddedConnection
  | RestConnection;

/** Maps the option that tells the forms apart to the form's class. */
const FORMS = {
  url: UrlConnection,
  host: HostConnection,
  path: SocketConnection,
  sentinels: SentinelConnection,
  cluster: ClusterConnection,
  client: ClientConnection,
  embedded: EmbeddedConnection,
  rest: RestConnection,
} as const;

const FORM_NAMES =
  'a redis:// URL, { url }, { host }, { path }, { sentinels, name }, { cluster: { nodes } }, { client }, { embedded: true } or { rest: { url, token } }';

/** Lists what is wrong with a connection as the user wrote it. @internal */
export function connectionProblems(raw: unknown, path: string): OptionProblem[] {
  if (typeof raw === 'string') {
    const problem = urlProblem(raw);
    return problem === null ? [] : [{ path, message: `${problem}; write ${URL_FORM}` }];
  }
  if (typeof raw !== 'object' || raw === null) return [{ path, message: `must be ${FORM_NAMES}` }];
  const forms = Object.keys(FORMS).filter((key) => (raw as Record<string, unknown>)[key] !== undefined);
  const [form] = forms as (keyof typeof FORMS)[];
  if (form === undefined) return [{ path, message: `names no server; write ${FORM_NAMES}` }];
  if (forms.length > 1)
    return [{ path, message: `names its server twice, by ${forms.join(' and ')}; keep one of them` }];
  return [...findProblems(FORMS[form], raw, path), ...formProblems(raw as Record<string, unknown>, path)];
}

function formProblems(raw: Record<string, unknown>, path: string): OptionProblem[] {
  const { client, embedded, sentinels, name, url, tls } = raw;
  if (client !== undefined) return clientProblems(client, `${path}.client`);
  if (embedded === false)
    return [{ path: `${path}.embedded`, message: 'must be true; leave the connection out instead' }];
  if (sentinels !== undefined && name === undefined) {
    const message = 'is missing: write the name of the master group that the Sentinels watch';
    return [{ path: `${path}.name`, message }];
  }
  if (tls === false && typeof url === 'string' && /^rediss:/i.test(url)) {
    const message = "is false, but the URL says rediss://; write redis://, or leave 'tls' out";
    return [{ path: `${path}.tls`, message }];
  }
  const refusal = tlsProblem(tls);
  return refusal === null ? [] : [{ path: `${path}.tls`, message: refusal }];
}
