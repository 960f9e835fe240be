import type { EncodedValue } from '../codec/value-codec.js';

/** Is what the line before a stored value says of it. @internal */
export interface ValueHeader extends Omit<EncodedValue, 'body'> {
  readonly tags?: readonly (readonly [tag: string, version: string])[];
  /** Is until when it is fresh. */
  readonly fresh?: number;
  /** Is from when it may be loaded anew, where that is not when it stops being fresh. */
  readonly refresh?: number;
}

/** Is what the line before whatever is stored says of it. @internal */
export interface EntryHeader extends ValueHeader {
  readonly failed?: true;
  readonly loading?: string;
  readonly awaited?: true;
  readonly lease?: number;
  readonly old?: ValueHeader;
}

/** Reads the line; null when it is none of ours. @internal */
export function readHeader(text: string): EntryHeader | null {
  try {
    const header: unknown = JSON.parse(text);
    return isHeader(header) ? header : null;
  } catch {
    return null;
  }
}

function isHeader(header: unknown): header is EntryHeader {
  if (!isValueHeader(header)) return false;
  const { loading, lease, old } = header as Record<keyof EntryHeader, unknown>;
  return isText(loading) && isNumber(lease) && (old === undefined || isValueHeader(old));
}

function isValueHeader(header: unknown): header is ValueHeader {
  if (typeof header !== 'object' || header === null) return false;
  const { codec, version, zip, cipher, tags, fresh, refresh } = header as Record<keyof ValueHeader, unknown>;
  return (
    [codec, version, cipher].every(isText) &&
    (zip === undefined || zip === 'deflate') &&
    isNumber(fresh) &&
    isNumber(refresh) &&
    (tags === undefined || (Array.isArray(tags) && tags.every(isTagVersion)))
  );
}

function isText(value: unknown): boolean {
  return value === undefined || typeof value === 'string';
}

function isNumber(value: unknown): boolean {
  return value === undefined || typeof value === 'number';
}

function isTagVersion(value: unknown): boolean {
  return (
    Array.isArray(value) && value.length === 2 && typeof value[0] === 'string' && typeof value[1] === 'string'
  );
}
