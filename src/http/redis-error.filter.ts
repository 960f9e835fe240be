import { Catch, Inject, Optional, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import type { ErrorDetails } from '../common/error-details.js';
import { RedisSuiteError } from '../common/errors.js';
import { problemOf, type ErrorProblem } from './error-problems.js';
import { ERROR_DETAILS, type ErrorDetailsFinder } from './http.constants.js';

const NO_DETAILS: ErrorDetails = { headers: [], members: {} };

/**
 * Stands for the errors in the table and for nothing else: Nest hands a filter what is `instanceof` the classes it
 * names, and has no way to hand it on, so all other errors must not come here in the first place.
 */
abstract class ErrorWithProblem extends RedisSuiteError {
  static override [Symbol.hasInstance](value: unknown): boolean {
    return value instanceof RedisSuiteError && problemOf(value) !== undefined;
  }
}

/**
 * Answers this library's errors over HTTP as `application/problem+json`: 409 when a lock is held by another, 429 beyond
 * a limit, 503 when Redis is away or takes no writes. The body has the error's code and a fixed text, nothing of its message.
 *
 * `RedisModule` brings it as a global filter unless `httpErrors` is false. Other errors, other contexts than HTTP, and
 * handlers with a filter of their own are left alone.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9457
 * @publicApi
 */
@Catch(ErrorWithProblem)
export class RedisErrorFilter implements ExceptionFilter<RedisSuiteError> {
  constructor(
    private readonly adapterHost: HttpAdapterHost,
    @Optional() @Inject(ERROR_DETAILS) private readonly detailsOf: ErrorDetailsFinder = () => null,
  ) {}

  /** Answers the request; outside HTTP it returns nothing, which Nest takes as "not handled". */
  catch(error: RedisSuiteError, host: ArgumentsHost): void {
    const problem = problemOf(error);
    if (host.getType() !== 'http' || problem === undefined) return;
    const { httpAdapter } = this.adapterHost;
    const response = host.switchToHttp().getResponse<unknown>();
    if (httpAdapter.isHeadersSent(response)) {
      httpAdapter.end(response);
      return;
    }
    const { headers, members } = this.detailsOf(error) ?? NO_DETAILS;
    const retryAfter = retryAfterSeconds(error);
    httpAdapter.setHeader(response, 'Content-Type', 'application/problem+json');
    if (retryAfter !== null) httpAdapter.setHeader(response, 'Retry-After', retryAfter);
    for (const [name, value] of headers) httpAdapter.setHeader(response, name, value);
    httpAdapter.reply(response, { ...body(problem, error), ...members }, problem.status);
  }
}

function body(
  { type = 'about:blank', title, status, detail }: ErrorProblem,
  { code }: RedisSuiteError,
): object {
  return { type, title, status, detail, code };
}

/** Errors that know when another try can succeed say so in `retryAfterMs`. */
function retryAfterSeconds(error: RedisSuiteError & { retryAfterMs?: unknown }): string | null {
  const { retryAfterMs } = error;
  return typeof retryAfterMs === 'number' ? String(Math.max(1, Math.ceil(retryAfterMs / 1_000))) : null;
}
