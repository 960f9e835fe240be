import { types } from 'node:util';
import * as nest from '@nestjs/common';
import { RedisSuiteError, toError } from '../../common/errors.js';
import { CacheLoadTimeoutError } from '../cache.errors.js';
import { RICH_CODEC } from '../codec/rich-codec.js';

/** Is what a loader threw, in a form in which others can be told of it. @internal */
export interface SharedFailure {
  /** Says whose class it is of: what a filter makes of it depends on that. */
  readonly of: 'nest' | 'suite' | null;
  readonly thrown: unknown;
}

type HttpClass = abstract new (...args: never[]) => nest.HttpException;

const HTTP_CLASSES: ReadonlyMap<string, HttpClass> = new Map(
  (Object.values(nest) as unknown[]).filter(isHttpClass).map((type) => [type.name, type]),
);

/** Makes what a loader threw ready for other processes, and for later calls. @internal */
export function sharedFailure(thrown: unknown): SharedFailure {
  const of =
    thrown instanceof nest.HttpException ? 'nest' : thrown instanceof RedisSuiteError ? 'suite' : null;
  return { of, thrown: tellable(thrown) };
}

/**
 * Returns what a loader threw elsewhere: an `HttpException` and the errors of this library are again what filters know
 * them by. A class of the application's own becomes the next one above that is known here.
 *
 * @internal
 */
export function revivedFailure({ of, thrown }: SharedFailure): unknown {
  if (!types.isNativeError(thrown) || of === null) return thrown;
  const { code, cache, hardTimeoutMs } = thrown as unknown as Record<string, unknown>;
  if (code === 'E_CACHE_LOAD_TIMEOUT' && typeof cache === 'string' && typeof hardTimeoutMs === 'number')
    return new CacheLoadTimeoutError(cache, hardTimeoutMs);
  const type = of === 'suite' ? RedisSuiteError : (HTTP_CLASSES.get(thrown.name) ?? nest.HttpException);
  return Object.setPrototypeOf(thrown, type.prototype as object);
}

/** Leaves out what cannot be told, such as the request that an error of an HTTP client holds. */
function tellable(thrown: unknown): unknown {
  // Those of another making, `DOMException` for one, have nothing of their own that could be told.
  const isStrange = thrown instanceof Error && !types.isNativeError(thrown);
  if (!isStrange && isTellable(thrown)) return thrown;
  const error = toError(thrown);
  const told = Object.entries({ ...error, cause: error.cause }).filter(([, member]) => isTellable(member));
  return Object.assign(new Error(error.message), Object.fromEntries(told), { name: error.name });
}

function isTellable(value: unknown): boolean {
  try {
    RICH_CODEC.encode(value);
    return true;
  } catch {
    return false;
  }
}

function isHttpClass(value: unknown): value is HttpClass {
  return typeof value === 'function' && value.prototype instanceof nest.HttpException;
}
