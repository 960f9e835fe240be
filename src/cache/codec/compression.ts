import { constants, deflateRawSync, inflateRawSync } from 'node:zlib';

/** Bounds what a stored value may grow to: bytes that inflate beyond are not ours. */
const MAX_INFLATED = 512 * 1024 * 1024;

/** Returns the text compressed, in base64; null when that would not be shorter. @internal */
export function deflated(text: string): string | null {
  const bytes = deflateRawSync(text, { level: constants.Z_BEST_SPEED }).toString('base64');
  return bytes.length < Buffer.byteLength(text) ? bytes : null;
}

/** Returns what `deflated` was given. @throws {Error} when the text is none of its own. @internal */
export function inflated(base64: string): string {
  return inflateRawSync(Buffer.from(base64, 'base64'), { maxOutputLength: MAX_INFLATED }).toString();
}
