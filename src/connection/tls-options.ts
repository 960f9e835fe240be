import { createSecureContext } from 'node:tls';

/**
 * Says what is wrong with TLS options, by Node's own word for it and without quoting them: Node would look only when it
 * connects, and no later try would find it otherwise.
 *
 * @returns null when they are good, or there are none.
 * @internal
 */
export function tlsProblem(tls: unknown): string | null {
  if (typeof tls !== 'object' || tls === null) return null;
  try {
    createSecureContext(tls);
    return null;
  } catch (error) {
    const { code, name } = error as NodeJS.ErrnoException;
    return `is refused by Node (${code ?? name}): see that its ca, cert, key, pfx and passphrase are what they should be`;
  }
}
