import { InvalidOptionsError } from './errors.js';

/** Is the unit of a written duration: milliseconds, seconds, minutes, hours, days. @publicApi */
export type DurationUnit = 'ms' | 's' | 'm' | 'h' | 'd';

/**
 * Is a length of time: a number of milliseconds, or a number and a unit such as `'30s'`, `'15m'`, `'1h'`.
 *
 * @publicApi
 */
export type Duration = number | `${number}${DurationUnit}`;

const UNIT_MS: Record<DurationUnit, number> = { ms: 1, s: 1_000, m: 60_000, h: 3_600_000, d: 86_400_000 };
const WRITTEN = /^(\d+(?:\.\d+)?)(ms|s|m|h|d)$/;

/** Says how a duration is written, for error messages. @internal */
export const DURATION_FORM = `a positive number of milliseconds or a text such as '500ms', '30s', '15m', '1h' or '7d'`;

/**
 * Converts a duration to whole milliseconds, rounded up.
 *
 * @returns null when `value` is no duration, is not finite, or is not above zero.
 * @internal
 */
export function readDuration(value: unknown): number | null {
  const ms = typeof value === 'string' ? readText(value) : value;
  return typeof ms === 'number' && Number.isFinite(ms) && ms > 0 && ms <= Number.MAX_SAFE_INTEGER
    ? Math.ceil(ms)
    : null;
}

function readText(text: string): number | null {
  const [, amount, unit] = WRITTEN.exec(text) ?? [];
  return amount === undefined ? null : Number(amount) * UNIT_MS[unit as DurationUnit];
}

/**
 * Converts a duration to whole milliseconds, rounded up; `path` names the option in the error.
 *
 * @throws {InvalidOptionsError} when `value` is no duration above zero.
 * @internal
 */
export function toMs(value: Duration, path: string): number {
  const ms = readDuration(value);
  if (ms === null) {
    const message = `must be ${DURATION_FORM}; got ${describeValue(value)}`;
    throw new InvalidOptionsError('Duration', [{ path, message }]);
  }
  return ms;
}

/** Describes an option's value for an error message: short, and only for options that hold no secret. @internal */
export function describeValue(value: unknown): string {
  if (typeof value === 'string') return `'${value.length > 40 ? `${value.slice(0, 40)}…` : value}'`;
  if (value === null || ['number', 'boolean', 'undefined', 'bigint'].includes(typeof value))
    return String(value);
  return Array.isArray(value) ? 'an array' : `a value of type ${typeof value}`;
}
