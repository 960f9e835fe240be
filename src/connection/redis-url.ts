/** Is a Redis URL taken apart. @internal */
export interface RedisUrlParts {
  readonly host: string;
  readonly port?: number;
  readonly username?: string;
  readonly password?: string;
  readonly db?: number;
  readonly tls: boolean;
}

/** Says what is wrong with a Redis URL without quoting it, since it may hold a password. @returns null when it is good. @internal */
export function urlProblem(text: string): string | null {
  let url: URL;
  try {
    url = new URL(text);
  } catch {
    return 'is no URL';
  }
  if (url.protocol !== 'redis:' && url.protocol !== 'rediss:') return `has the scheme ${url.protocol}//`;
  if (url.hostname === '') return 'names no host';
  if (!isDecodable(url.username) || !isDecodable(url.password))
    return 'has a % in its credentials that is not written %25';
  return /^\/?\d*$/.test(url.pathname) ? null : 'has a path that is no database number';
}

/** Takes a Redis URL apart; call `urlProblem` first. @internal */
export function parseRedisUrl(text: string): RedisUrlParts {
  const url = new URL(text);
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
