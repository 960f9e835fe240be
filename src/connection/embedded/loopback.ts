import { randomBytes } from 'node:crypto';

/** Is the only address that servers started by this library listen on. @internal */
export const LOOPBACK_HOST = '127.0.0.1';

/** Makes a password nobody can guess, of characters that need no escaping in a URL. @internal */
export function createPassword(): string {
  return randomBytes(24).toString('base64url');
}

/** Writes the URL of a server on this machine. @internal */
export function loopbackUrl(port: number, password: string): string {
  return `redis://:${encodeURIComponent(password)}@${LOOPBACK_HOST}:${port}`;
}
