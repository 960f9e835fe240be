import type { RedisSuiteError, RedisSuiteErrorCode } from '../common/errors.js';
import { isWriteRefusal } from '../connection/write-refusal.js';

/** Says how an error is told over HTTP, without anything of the error's own message. @internal */
export interface ErrorProblem {
  readonly status: 400 | 401 | 409 | 429 | 503;
  readonly title: string;
  readonly detail: string;
  /** Is a URI for the kind of problem. @default 'about:blank', which means: nothing beyond the status */
  readonly type?: string;
}

const REDIS_AWAY: ErrorProblem = {
  status: 503,
  title: 'Service unavailable',
  detail: 'Something this request needs cannot be reached at the moment; try again later.',
};

const IN_USE: ErrorProblem = {
  status: 409,
  title: 'Conflict',
  detail: 'Another request is working on the same thing; try again when it is done.',
};

/**
 * Maps the errors that a client can do something about to what it is told; every other error is a fault of the
 * application and stays Nest's 500.
 *
 * The guard of the rate limits and docs/errors.md say the same, and tests compare them.
 *
 * @internal
 */
export const ERROR_PROBLEMS: ReadonlyMap<RedisSuiteErrorCode, ErrorProblem> = new Map<
  RedisSuiteErrorCode,
  ErrorProblem
>([
  ['E_REDIS_UNAVAILABLE', REDIS_AWAY],
  ['E_REDIS_AUTH', REDIS_AWAY],
  ['E_CACHE_UNAVAILABLE', REDIS_AWAY],
  [
    'E_RATE_LIMIT_UNAVAILABLE',
    {
      ...REDIS_AWAY,
      detail: 'The limit for this operation cannot be checked at the moment; try again later.',
    },
  ],
  ['E_LOCK_BUSY', IN_USE],
  ['E_LOCK_TIMEOUT', IN_USE],
  [
    'E_RATE_LIMIT_CALLER',
    {
      status: 401,
      title: 'Unauthorized',
      detail: 'This operation is limited for each caller, and the request does not say who makes it.',
    },
  ],
  [
    'E_RATE_LIMIT_HEADER',
    {
      status: 400,
      title: 'Bad request',
      detail: 'A header is missing by which this operation is limited.',
    },
  ],
  [
    'E_RATE_LIMIT_EXCEEDED',
    {
      status: 429,
      title: 'Too many requests',
      detail: 'The limit for this operation is used up; try again later.',
      type: 'https://iana.org/assignments/http-problem-types#quota-exceeded',
    },
  ],
]);

/**
 * Returns how an error is told; undefined when it is a fault of the application. Of what a server refuses only that is
 * told which it refuses everybody for now: to clients it is as good as away.
 *
 * @internal
 */
export function problemOf(error: RedisSuiteError): ErrorProblem | undefined {
  return isWriteRefusal(error) ? REDIS_AWAY : ERROR_PROBLEMS.get(error.code);
}
