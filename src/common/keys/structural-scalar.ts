import { escapeSegment } from './key-encoding.js';

/**
 * Writes a scalar so that its type shows: `'1'`, `1`, `1n`, `-0`, `null`.
 *
 * @returns null when the value is none, or is a symbol or a function.
 * @internal
 */
export function scalarText(value: unknown): string | null {
  switch (typeof value) {
    case 'string':
      return quote(value);
    case 'number':
      return Object.is(value, -0) ? '-0' : String(value);
    case 'bigint':
      return `${String(value)}n`;
    case 'boolean':
    case 'undefined':
      return String(value);
    default:
      return value === null ? 'null' : null;
  }
}

/** Writes a text between quotes, in which it cannot end early. @internal */
export function quote(text: string): string {
  const escaped = escapeSegment(text);
  return escaped.includes("'") ? `'${escaped.replaceAll("'", '%27')}'` : `'${escaped}'`;
}
