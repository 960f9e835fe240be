import type { EncodedValue } from './codec/value-codec.js';

/** Are tags, each with the version it had when the entry's load began; an entry is good while all are current. @internal */
export type TagVersions = readonly (readonly [tag: string, version: string])[];

/** Is a stored value with what must hold for it to be used. @internal */
export interface StoredValue extends EncodedValue {
  readonly kind: 'value';
  readonly tags: TagVersions;
}

/** Stands where a value will be: somebody is loading it. @internal */
export interface LoadMarker {
  readonly kind: 'loading';
  /** Identifies the load. */
  readonly token: string;
  /** Tells the loader that another process waits to be told when it is done. */
  readonly awaited: boolean;
  readonly tags: TagVersions;
}

/** Is what a key holds: a value, the marker of a load, or something that is not ours to read. @internal */
export type EntryContent = StoredValue | LoadMarker | { readonly kind: 'unreadable' };

/** Begins what is not plain JSON alone; no JSON text begins like this. */
const FRAME = '~';
const UNREADABLE = { kind: 'unreadable' } as const;

/** Begins the marker of a load, whatever its token. @internal */
export const MARKER_START = `${FRAME}{"loading":`;

interface Header extends Omit<EncodedValue, 'body'> {
  readonly tags?: TagVersions;
  readonly loading?: string;
  readonly awaited?: true;
}

/**
 * Writes a value as Redis holds it: plain JSON as it is, so that anybody can read it; else `~`, a line of JSON that
 * says how to read it and which tags it has, and the body.
 *
 * @internal
 */
export function writeValue({ body, ...form }: EncodedValue, tags: TagVersions): string {
  const header: Header = tags.length > 0 ? { ...form, tags } : form;
  return Object.keys(header).length === 0 ? body : `${frame(header)}\n${body}`;
}

/** Writes the marker of a load. @internal */
export function writeMarker({ token, awaited, tags }: Omit<LoadMarker, 'kind'>): string {
  return frame({ loading: token, ...(awaited && { awaited }), ...(tags.length > 0 && { tags }) });
}

/** Returns a marker with the word that somebody waits for its load. @internal */
export function markAwaited(marker: string): string {
  const parsed = readContent(marker);
  return parsed.kind === 'loading' ? writeMarker({ ...parsed, awaited: true }) : marker;
}

/** Reads what a key holds; whatever the bytes, it does not throw. @internal */
export function readContent(content: string): EntryContent {
  if (!content.startsWith(FRAME)) return { kind: 'value', body: content, tags: [] };
  const end = content.indexOf('\n');
  const header = readHeader(content.slice(FRAME.length, end === -1 ? undefined : end));
  if (header === null) return UNREADABLE;
  const { tags = [], loading, awaited = false, ...form } = header;
  if (loading !== undefined) return { kind: 'loading', token: loading, awaited, tags };
  if (end === -1) return UNREADABLE;
  return { ...form, kind: 'value', body: content.slice(end + 1), tags };
}

function frame(header: Header): string {
  return FRAME + JSON.stringify(header);
}

function readHeader(text: string): Header | null {
  try {
    const header: unknown = JSON.parse(text);
    return isHeader(header) ? header : null;
  } catch {
    return null;
  }
}

function isHeader(header: unknown): header is Header {
  if (typeof header !== 'object' || header === null) return false;
  const { codec, version, zip, cipher, loading, tags } = header as Record<keyof Header, unknown>;
  return (
    [codec, version, cipher, loading].every(isText) &&
    (zip === undefined || zip === 'deflate') &&
    (tags === undefined || (Array.isArray(tags) && tags.every(isTagVersion)))
  );
}

function isText(value: unknown): boolean {
  return value === undefined || typeof value === 'string';
}

function isTagVersion(value: unknown): boolean {
  return (
    Array.isArray(value) && value.length === 2 && typeof value[0] === 'string' && typeof value[1] === 'string'
  );
}
