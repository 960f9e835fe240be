import type { EncodedValue } from '../codec/value-codec.js';
import { readHeader, type EntryHeader, type ValueHeader } from './entry-header.js';

/** Stands, in a marker, for the record that changes with every tag: no tag has this name. @internal */
export const EVERY_TAG = '';

/** Are tags, each with the version it had when the entry's load began; an entry is good while all are current. @internal */
export type TagVersions = readonly (readonly [tag: string, version: string])[];

/** Says when a value grows old, in milliseconds since 1970 by the clock of the server. @internal */
export interface Freshness {
  /** Is when it stops being fresh; its key lives on for as long as it may be served stale. */
  readonly until: number;
  /** Is when it may be loaded anew: before `until` for an early refresh, after it when a load has just failed. */
  readonly refreshFrom: number;
}

/** Is a stored value with what must hold for it to be used. @internal */
export interface StoredValue extends EncodedValue {
  readonly kind: 'value';
  readonly tags: TagVersions;
  /** Is absent when the value is fresh for as long as its key lives. */
  readonly freshness?: Freshness;
}

/** Is how a load ended, remembered for a while so that the next callers do not load too. @internal */
export interface StoredFailure extends EncodedValue {
  readonly kind: 'failure';
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
  /** Is the value that is being replaced: served meanwhile, and put back when the load fails. */
  readonly old?: StoredValue;
  /** Is when the load has died unless it is renewed, by the clock of the server; absent when the key then expires. */
  readonly leaseUntil?: number;
}

/** Is what a key holds: a value, a failure, the marker of a load, or something that is not ours to read. @internal */
export type EntryContent = StoredValue | StoredFailure | LoadMarker | { readonly kind: 'unreadable' };

/** Begins what is not plain JSON alone; no JSON text begins like this. */
const FRAME = '~';
const UNREADABLE = { kind: 'unreadable' } as const;

/** Begins the marker of a load, whatever its token. @internal */
export const MARKER_START = `${FRAME}{"loading":`;

/** Says nothing of a value. */
const EMPTY = `${FRAME}{}`;

type ValueParts = Omit<StoredValue, 'kind'> & { readonly kind?: string };
type Writable<T> = { -readonly [K in keyof T]: T[K] };

/**
 * Writes a value as Redis holds it: plain JSON as it is, so that anybody can read it; else `~`, a line of JSON that
 * says how to read it, which tags it has and when it grows old, and the body.
 *
 * @internal
 */
export function writeValue(value: ValueParts): string {
  const header = frame(valueHeader(value));
  return header === EMPTY ? value.body : `${header}\n${value.body}`;
}

/** Writes a failure. @internal */
export function writeFailure(failure: ValueParts): string {
  return `${frame({ failed: true, ...valueHeader(failure) })}\n${failure.body}`;
}

/** Writes the marker of a load. @internal */
export function writeMarker({ token, awaited, tags, old, leaseUntil }: Omit<LoadMarker, 'kind'>): string {
  const header: Writable<EntryHeader> = { loading: token };
  if (awaited) header.awaited = awaited;
  if (tags.length > 0) header.tags = tags;
  if (leaseUntil !== undefined) header.lease = leaseUntil;
  if (old === undefined) return frame(header);
  header.old = valueHeader(old);
  return `${frame(header)}\n${old.body}`;
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
  const { loading, awaited = false, lease, old, failed, ...rest } = header;
  if (loading === undefined) {
    if (end === -1) return UNREADABLE;
    const value = valueOf(rest, content.slice(end + 1));
    return failed === true ? { ...value, kind: 'failure' } : value;
  }
  if (old !== undefined && end === -1) return UNREADABLE;
  return {
    kind: 'loading',
    token: loading,
    awaited,
    tags: rest.tags ?? [],
    ...(lease !== undefined && { leaseUntil: lease }),
    ...(old !== undefined && { old: valueOf(old, content.slice(end + 1)) }),
  };
}

function valueHeader({ codec, version, zip, cipher, tags, freshness }: ValueParts): ValueHeader {
  const header: Writable<ValueHeader> = {};
  if (codec !== undefined) header.codec = codec;
  if (version !== undefined) header.version = version;
  if (zip !== undefined) header.zip = zip;
  if (cipher !== undefined) header.cipher = cipher;
  if (tags.length > 0) header.tags = tags;
  if (freshness === undefined) return header;
  header.fresh = freshness.until;
  if (freshness.refreshFrom !== freshness.until) header.refresh = freshness.refreshFrom;
  return header;
}

function valueOf({ tags = [], fresh, refresh = fresh, ...form }: ValueHeader, body: string): StoredValue {
  return {
    ...form,
    kind: 'value',
    body,
    tags,
    ...(fresh !== undefined && { freshness: { until: fresh, refreshFrom: refresh ?? fresh } }),
  };
}

function frame(header: EntryHeader): string {
  return FRAME + JSON.stringify(header);
}
