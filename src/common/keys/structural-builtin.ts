import { types } from 'node:util';
import { digest } from './key-length.js';
import { quote } from './structural-scalar.js';

/** Is the content of a built-in object, as text. @internal */
export interface BuiltinText {
  /** Names the kind, for example `Date` or `Uint8Array`. */
  readonly kind: string;
  readonly text: string;
}

/** Bytes beyond these are digested. */
const MAX_LITERAL_BYTES = 32;

/**
 * Writes the content of a built-in object that is a value: Date, RegExp, URL, Map, Set, ArrayBuffer and its views.
 * The members of a Map or a Set are sorted: equal content is equal text, whatever the order of insertion.
 *
 * @param write writes a member.
 * @returns null when it is no such object.
 * @internal
 */
export function builtinText(value: object, write: (member: unknown) => string): BuiltinText | null {
  if (types.isDate(value)) return { kind: 'Date', text: String(value.getTime()) };
  if (types.isMap(value)) {
    const entries = Array.from(value, ([key, member]) => `${write(key)}=${write(member)}`);
    return { kind: 'Map', text: entries.sort().join() };
  }
  if (types.isSet(value)) return { kind: 'Set', text: Array.from(value, write).sort().join() };
  if (types.isRegExp(value)) {
    return { kind: 'RegExp', text: `${quote(value.source)},${value.flags},${value.lastIndex}` };
  }
  if (ArrayBuffer.isView(value)) {
    const bytes = Buffer.from(value.buffer, value.byteOffset, value.byteLength);
    return { kind: (value as NodeJS.ArrayBufferView & object)[Symbol.toStringTag], text: bytesText(bytes) };
  }
  if (types.isAnyArrayBuffer(value)) return { kind: 'ArrayBuffer', text: bytesText(Buffer.from(value)) };
  return value instanceof URL ? { kind: 'URL', text: quote(value.href) } : null;
}

function bytesText(bytes: Buffer): string {
  const isShort = bytes.length <= MAX_LITERAL_BYTES;
  return isShort ? bytes.toString('base64url') : `${bytes.length},${digest(bytes)}`;
}
