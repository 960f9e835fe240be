import type { LuaScript } from '../lua-script.js';

/**
 * Returns the SHA-1 by which the server knows a script, in hexadecimal.
 *
 * @internal
 */
export async function digestOf({ source }: LuaScript): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-1', new TextEncoder().encode(source));
  return Buffer.from(digest).toString('hex');
}
