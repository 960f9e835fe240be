import { readDuration, toMs, type Duration } from '../../common/duration.js';
import { rule } from '../../common/option-rules.js';

/** Bounds the values that a process keeps of its own: `cache: { l1: … }`. @publicApi */
export interface L1Options {
  /** Counts the entries kept; the least recently used go first. @default 10000 */
  maxEntries?: number;
  /** Bounds the bytes they take, by an estimate: three for each character stored. @default 67108864, 64 MiB */
  maxBytes?: number;
  /** Bounds how long a value is served without asking Redis. @default its ttl */
  ttl?: Duration;
}

/** Says for one entry whether processes keep it, and for how long they serve it without asking Redis. @publicApi */
export type L1EntryOption = boolean | { readonly ttl?: Duration };

/** Bounds what is kept. @internal */
export interface L1Bounds {
  readonly maxEntries: number;
  readonly maxBytes: number;
}

/** Are the options of the first tier with defaults applied. @internal */
export interface ResolvedL1Options extends L1Bounds {
  /** Bounds how long a value is served without asking; Infinity for no bound. */
  readonly maxAgeMs: number;
}

const DEFAULT_BOUNDS: L1Bounds = { maxEntries: 10_000, maxBytes: 64 * 1_024 * 1_024 };

/** Applies the defaults. @returns null when the tier is off. @internal */
export function resolveL1Options(raw: boolean | L1Options = true): ResolvedL1Options | null {
  if (raw === false) return null;
  const { maxEntries, maxBytes, ttl } = raw === true ? {} : raw;
  return {
    maxEntries: maxEntries ?? DEFAULT_BOUNDS.maxEntries,
    maxBytes: maxBytes ?? DEFAULT_BOUNDS.maxBytes,
    maxAgeMs: ttl === undefined ? Infinity : toMs(ttl, 'cache.l1.ttl'),
  };
}

/**
 * Returns how long a process may serve an entry without asking Redis, in milliseconds: 0 for never, Infinity for as long
 * as it hears of changes.
 *
 * @throws {InvalidOptionsError} when the ttl is no duration.
 * @internal
 */
export function maxAgeOf(l1: L1EntryOption | undefined): number {
  if (typeof l1 !== 'object') return l1 === false ? 0 : Infinity;
  return l1.ttl === undefined ? Infinity : toMs(l1.ttl, 'l1.ttl');
}

/** Accepts the module's option `l1`. @internal */
export const IsL1 = (): PropertyDecorator =>
  rule({
    name: 'isL1',
    mustBe:
      'true, false or { maxEntries, maxBytes, ttl }: whole numbers above 0 and a duration, none of them required',
    accepts: (value) => isL1(value, { maxEntries: isCount, maxBytes: isCount, ttl: isDuration }),
  });

/** Accepts an entry's option `l1`. @internal */
export const IsL1Entry = (): PropertyDecorator =>
  rule({
    name: 'isL1Entry',
    mustBe: "true, false or { ttl }: a duration such as '30s'",
    accepts: (value) => isL1(value, { ttl: isDuration }),
  });

function isL1(value: unknown, members: Readonly<Record<string, (member: unknown) => boolean>>): boolean {
  if (typeof value === 'boolean') return true;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  return Object.entries(value).every(
    ([name, member]) =>
      Object.hasOwn(members, name) && (member === undefined || members[name]?.(member) === true),
  );
}

function isCount(value: unknown): boolean {
  return Number.isSafeInteger(value) && (value as number) > 0;
}

function isDuration(value: unknown): boolean {
  return readDuration(value) !== null;
}
