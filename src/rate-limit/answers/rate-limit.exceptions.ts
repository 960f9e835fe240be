import { HttpException, HttpStatus } from '@nestjs/common';
import type { RateLimitDecision } from '../rate-limit-decision.js';

/**
 * Is the body of a refusal, as problem details.
 *
 * @see https://www.rfc-editor.org/rfc/rfc9457 and draft-ietf-httpapi-ratelimit-headers
 * @publicApi
 */
export interface RateLimitProblem {
  readonly type: string;
  readonly title: string;
  readonly status: number;
  readonly detail: string;
  readonly code: string;
  /** Names the policies that refuse the call. */
  readonly 'violated-policies'?: readonly string[];
}

/** Refuses a call over HTTP: with 429, or with 503 when the policy cannot be checked. @publicApi */
export class RateLimitException extends HttpException {
  constructor(
    readonly problem: RateLimitProblem,
    readonly decision: RateLimitDecision,
  ) {
    super(problem, problem.status);
  }

  /** Takes the problem's detail; Nest would make a message out of the class's name, which costs more than all the rest. */
  override initMessage(): void {
    this.message = (this.getResponse() as RateLimitProblem).detail;
  }
}

/** Refuses a call in GraphQL; servers put `extensions` into the answer. @publicApi */
export class RateLimitGraphqlException extends RateLimitException {
  /** Tells clients what happened. */
  readonly extensions: Readonly<Record<string, unknown>>;

  constructor(problem: RateLimitProblem, decision: RateLimitDecision) {
    super(problem, decision);
    this.extensions = refusalPayload(problem, decision);
  }
}

/** Refuses a call that does not say whom it counts for: with 401 or 400 over HTTP. @publicApi */
export class RateLimitCallerException extends HttpException {
  /** Tells clients what happened, in GraphQL. */
  readonly extensions: Readonly<Record<string, unknown>>;

  constructor(
    readonly problem: RateLimitProblem,
    cause: Error,
  ) {
    super(problem, problem.status, { cause });
    this.message = problem.detail;
    this.extensions = { code: problem.code };
  }
}

/** Is the problem of a call that does not say who makes it. @internal */
export const CALLER_PROBLEM: RateLimitProblem = Object.freeze({
  type: 'about:blank',
  title: 'Unauthorized',
  status: HttpStatus.UNAUTHORIZED,
  detail: 'This operation is limited for each caller, and the request does not say who makes it.',
  code: 'E_RATE_LIMIT_CALLER',
});

/** Is the problem of a call without the header by which it is counted. @internal */
export const HEADER_PROBLEM: RateLimitProblem = Object.freeze({
  type: 'about:blank',
  title: 'Bad request',
  status: HttpStatus.BAD_REQUEST,
  detail: 'A header is missing by which this operation is limited.',
  code: 'E_RATE_LIMIT_HEADER',
});

/** Makes the problem for a call beyond a limit. @internal */
export function exceededProblem(violated: readonly string[]): RateLimitProblem {
  return {
    type: 'https://iana.org/assignments/http-problem-types#quota-exceeded',
    title: 'Too many requests',
    status: HttpStatus.TOO_MANY_REQUESTS,
    detail: 'The limit for this operation is used up; try again later.',
    code: 'E_RATE_LIMIT_EXCEEDED',
    'violated-policies': violated,
  };
}

/** Is the problem of a call that cannot be checked. @internal */
export const UNAVAILABLE_PROBLEM: RateLimitProblem = Object.freeze({
  type: 'about:blank',
  title: 'Service unavailable',
  status: HttpStatus.SERVICE_UNAVAILABLE,
  detail: 'The limit for this operation cannot be checked at the moment; try again later.',
  code: 'E_RATE_LIMIT_UNAVAILABLE',
});

/** Says the same where there is no HTTP answer to carry it. @internal */
export function refusalPayload(
  { code, 'violated-policies': violatedPolicies }: RateLimitProblem,
  { limit, retryAfterMs }: RateLimitDecision,
): Readonly<Record<string, unknown>> {
  return { code, violatedPolicies: violatedPolicies ?? [], limit, retryAfterMs };
}
