/** Is a Redis URL taken apart. @internal */
export interface RedisUrlParts {
  /** Is there unless `path` is. */
  readonly host?: string;
  /** Is the file of a Unix socket. */
  readonly path?: string;
  readonly port?: number;
  readonly username?: string;
  readonly password?: string;
  readonly db?: number;
  readonly tls: boolean;
}

/** Shows how a Redis URL is written, for error messages. @internal */
export const URL_FORM = 'redis://user:password@host:6379/0, rediss:// for TLS, or unix:///path/to/redis.sock';

/** Says what is wrong with a Redis URL without quoting it, since it may hold a password. @returns null when it is good. @internal */
export function urlProblem(text: string): string | null {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    return 'is no URL';
  }
  if (url.protocol === 'unix:') return socketProblem(url);
  if (url.protocol !== 'redis:' && url.protocol !== 'rediss:') return 'has another scheme';
  if (url.hostname === '') return 'names no host';
  if (url.port === '0') return 'has the port 0';
  if (!isDecodable(url.username) || !isDecodable(url.password))
    return 'has a % in its credentials that is not written %25';
  if (!/^\/?\d*$/.test(url.pathname)) return 'has a path that is no database number';
  // A password with a # or ? would otherwise end here unseen, and so would an option that nobody reads.
  return url.search === '' && url.hash === ''
    ? null
    : 'has a ? or # (in a password: %3F, %23), which says nothing here';
}

/** The URL of a socket has no place for more than its path; a user and a database are options of their own. */
function socketProblem({ hostname, pathname, search, hash }: URL): string | null {
  if (hostname !== '' || !isDecodable(pathname)) return 'names no file; write three slashes';
  return pathname.length > 1 && search === '' && hash === '' ? null : 'names no file';
}

/** Takes a Redis URL apart; call `urlProblem` first. @internal */
export function parseRedisUrl(text: string): RedisUrlParts {
  const url = new URL(text);
  if (url.protocol === 'unix:') return { path: decodeURIComponent(url.pathname), tls: false };
  const db = url.pathname.replace('/', '');
  return {
    host: url.hostname.replace(/^\[(.*)\]$/, '$1'),
    ...(url.port !== '' && { port: Number(url.port) }),
    ...(url.username !== '' && { username: decodeURIComponent(url.username) }),
    ...(url.password !== '' && { password: decodeURIComponent(url.password) }),
    ...(db !== '' && { db: Number(db) }),
    tls: url.protocol === 'rediss:',
  };
}

function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}
