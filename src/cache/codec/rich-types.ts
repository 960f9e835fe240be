import { types } from 'node:util';
import { readBinary, writeBinary } from './binary.js';
import { readError, writeError } from './error-values.js';
import type { Step } from './rich-step.js';

/** Is one kind of object that JSON does not know: how to tell it, what to write and how to read that. @internal */
export interface RichType {
  readonly name: string;
  readonly is: (value: object) => boolean;
  readonly write: (value: never, encode: Step) => unknown;
  readonly read: (data: never, decode: Step) => unknown;
}

/** Are the kinds of objects that come back as what they were. @internal */
export const RICH_TYPES: readonly RichType[] = [
  {
    name: 'Date',
    is: types.isDate,
    write: (date: Date) => (Number.isNaN(date.getTime()) ? null : date.toISOString()),
    read: (iso: string | null) => new Date(iso ?? NaN),
  },
  {
    name: 'Map',
    is: types.isMap,
    write: (map: Map<unknown, unknown>, encode) =>
      [...map].map(([key, value]) => [encode(key), encode(value)]),
    read: (entries: [unknown, unknown][], decode) =>
      new Map(entries.map(([key, value]) => [decode(key), decode(value)])),
  },
  {
    name: 'Set',
    is: types.isSet,
    write: (set: Set<unknown>, encode) => [...set].map(encode),
    read: (members: unknown[], decode) => new Set(members.map(decode)),
  },
  {
    name: 'RegExp',
    is: types.isRegExp,
    write: (regExp: RegExp) => [regExp.source, regExp.flags],
    read: ([source, flags]: [string, string]) => new RegExp(source, flags),
  },
  {
    name: 'URL',
    is: (value) => value instanceof URL,
    write: (url: URL) => url.href,
    read: (href: string) => new URL(href),
  },
  {
    name: 'URLSearchParams',
    is: (value) => value instanceof URLSearchParams,
    write: String,
    read: (text: string) => new URLSearchParams(text),
  },
  { name: 'Error', is: types.isNativeError, write: writeError, read: readError },
  {
    name: 'Binary',
    is: (value) => types.isArrayBuffer(value) || ArrayBuffer.isView(value),
    write: writeBinary,
    read: readBinary,
  },
];
