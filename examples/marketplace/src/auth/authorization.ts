import type { IncomingMessage } from 'node:http';

/** Reads `Authorization: <scheme> <credentials>`. @returns undefined when the header is absent or has another scheme. */
export function readAuthorization(request: IncomingMessage, scheme: 'Bearer' | 'Basic'): string | undefined {
  const [given = '', credentials] = (request.headers.authorization ?? '').split(' ');
  return given.toLowerCase() === scheme.toLowerCase() ? credentials : undefined;
}
