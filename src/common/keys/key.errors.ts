import { RedisSuiteError } from '../errors.js';

/**
 * Reports a key that cannot be built, because a part of it is missing or has no text of its own.
 *
 * The message names the place and the type found there, never the value: values may be personal data.
 *
 * @publicApi
 */
export class InvalidKeyError extends RedisSuiteError {
  readonly code = 'E_KEY_INVALID';

  constructor(
    /** Says which part of which key, for example `Segment 2 of 3 of a key`. */
    readonly where: string,
    problem: string,
  ) {
    super(`${where} ${problem}.`);
  }
}

/** Names the type of a value for an error message, without anything of the value. @internal */
export function typeName(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value);
  if (typeof value !== 'object') return `a ${typeof value}`;
  if (Array.isArray(value)) return 'an array';
  // From the prototype: a property `constructor` of the object itself would be one of the values to keep out.
  const prototype = Object.getPrototypeOf(value) as { constructor?: { name?: unknown } } | null;
  const name = prototype?.constructor?.name;
  return typeof name === 'string' && name !== '' && name !== 'Object'
    ? `an instance of ${name}`
    : 'an object';
}
