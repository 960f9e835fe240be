import { createHmac } from 'node:crypto';
import { escapeSegment } from './key-encoding.js';
import type { KeyFamily } from './key-families.js';

/** 22 characters of base64url hold 132 bits. */
const LENGTH = 22;

/**
 * Makes a key part out of personal data, such as an e-mail address: HMAC-SHA256, so that nobody without the secret
 * can tell or guess the subject from the key. The same subject gives another text in each family. What counts as the
 * same, for example upper and lower case, is for the caller to settle first.
 *
 * @returns 22 characters of base64url.
 * @internal
 */
export function hmacSubject(secret: string, family: KeyFamily, subject: string): string {
  const message = `key:${family}:${escapeSegment(subject)}`;
  return createHmac('sha256', secret).update(message).digest('base64url').slice(0, LENGTH);
}
