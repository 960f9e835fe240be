import type { ErrorDetails } from '../common/error-details.js';
import type { RedisSuiteError } from '../common/errors.js';

/** Is the token of what finds the details of an error; an `ErrorDetailsFinder`. @internal */
export const ERROR_DETAILS = Symbol.for('nestjs-redis-suite:error-details');

/** Finds what the answer to an error says beyond that to its code; null for nothing. @internal */
export type ErrorDetailsFinder = (error: RedisSuiteError) => ErrorDetails | null;
