import { hash } from 'node:crypto';

/** Limits an encoded key, in bytes, without its namespace and family. @internal */
export const MAX_KEY_BYTES = 512;

/** Says that a hash follows. No escape begins like this, so no encoded text holds it. @internal */
export const HASH_MARK = '%h';

const HASH_LENGTH = 43;
const PREFIX_BYTES = MAX_KEY_BYTES - HASH_MARK.length - HASH_LENGTH;
/** A UTF-16 unit takes at most three bytes in UTF-8. */
const SURELY_SHORT = Math.floor(MAX_KEY_BYTES / 3);
const CUT_ESCAPE = /%(?:u[0-9A-F]{0,3}|[0-9A-F]?)$/;

/** Digests bytes or a well-formed text: SHA-256 in base64url, 43 characters. @internal */
export function digest(data: string | Uint8Array): string {
  return hash('sha256', data, 'base64url');
}

/**
 * Shortens an encoded key of more than 512 bytes to its first 467 at most, so that patterns still reach it, and the
 * digest of the whole.
 *
 * @internal
 */
export function limitKeyLength(encoded: string): string {
  if (encoded.length <= SURELY_SHORT || Buffer.byteLength(encoded) <= MAX_KEY_BYTES) return encoded;
  const { read } = new TextEncoder().encodeInto(encoded, new Uint8Array(PREFIX_BYTES));
  return encoded.slice(0, read).replace(CUT_ESCAPE, '') + HASH_MARK + digest(encoded);
}
