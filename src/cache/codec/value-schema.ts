import { CacheCodecError } from '../cache.errors.js';

/** Is the part of Standard Schema v1, which zod, valibot and arktype give their schemas, that is used here. @publicApi */
export interface StandardSchema {
  readonly '~standard': {
    /** Checks a value; `issues` are why it is refused, `value` is what it becomes. It must not be asynchronous. */
    readonly validate: (value: unknown) => unknown;
  };
}

/** Checks a stored value before it is used: a function that answers whether it is good, or a schema. @publicApi */
export type ValueSchema = ((value: unknown) => boolean) | StandardSchema;

interface StandardResult {
  readonly value?: unknown;
  readonly issues?: unknown;
}

/**
 * Returns the value, or what the schema makes of it.
 *
 * @throws {CacheCodecError} when the schema refuses it or is asynchronous.
 * @see https://standardschema.dev
 * @internal
 */
export function checked(value: unknown, schema: ValueSchema): unknown {
  if (typeof schema === 'function') {
    if (schema(value)) return value;
    throw new CacheCodecError('A cached value does not fit its schema.');
  }
  const result = schema['~standard'].validate(value) as StandardResult | Promise<unknown>;
  if (result instanceof Promise) {
    result.catch(() => undefined);
    throw new CacheCodecError('The schema of a cache is asynchronous: give one that validates at once.');
  }
  if (result.issues !== undefined) throw new CacheCodecError('A cached value does not fit its schema.');
  return result.value;
}

/** Tells whether a value is a schema. @internal */
export function isSchema(value: unknown): value is ValueSchema {
  if (typeof value === 'function' && !('~standard' in value)) return true;
  const standard = (value as Partial<StandardSchema> | null | undefined)?.['~standard'];
  return typeof standard?.validate === 'function';
}
