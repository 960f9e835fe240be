import { connect } from 'node:tls';
import type { RedisClient } from './connection.options.js';

const LIMIT_MS = 1_000;

/**
 * Tells whether the server of a plain connection speaks TLS. Many TLS servers end a plain connection without a word,
 * as one that is overloaded does; so it is greeted once more, with TLS, and nothing is said to it.
 *
 * @internal
 */
export async function speaksTls(client: RedisClient): Promise<boolean> {
  const address = plainAddress(client);
  if (address === null) return false;
  return new Promise((resolve) => {
    // Whose server it is does not matter here: it is only asked which language it speaks.
    const socket = connect({ ...address, rejectUnauthorized: false, timeout: LIMIT_MS });
    const settle = (speaks: boolean) => {
      socket.destroy();
      resolve(speaks);
    };
    socket.unref();
    socket.once('secureConnect', () => settle(true));
    // A server that refuses the greeting, for want of a certificate for example, says so in TLS.
    socket.on('error', ({ code }: NodeJS.ErrnoException) => settle(code?.includes('ALERT') === true));
    socket.once('timeout', () => settle(false));
    socket.once('close', () => settle(false));
  });
}

/** Returns null for what has no single address, or speaks TLS already. */
function plainAddress(client: RedisClient): { host: string; port: number } | null {
  if ('nodes' in client) return null;
  const { host, port, tls, sentinels, path } = client.options;
  const isPlain = tls === undefined && (sentinels ?? null) === null && (path ?? null) === null;
  return isPlain && host !== undefined && port !== undefined ? { host, port } : null;
}
