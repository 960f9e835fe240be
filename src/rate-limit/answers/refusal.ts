import type { ExecutionContext } from '@nestjs/common';
import type { MaybePromise } from '../../common/maybe-promise.js';
import { RateLimitCallerError, RateLimitHeaderError } from '../rate-limit.errors.js';
import {
  CALLER_PROBLEM,
  exceededProblem,
  HEADER_PROBLEM,
  RateLimitCallerException,
  RateLimitException,
  RateLimitGraphqlException,
  refusalPayload,
  UNAVAILABLE_PROBLEM,
  type RateLimitProblem,
} from './rate-limit.exceptions.js';
import { withoutStack } from './without-stack.js';
import { violatedBy, type Verdict } from '../decisions/verdict.js';

/** Makes what is thrown to refuse a call. @internal */
export function refusalOf(context: ExecutionContext, verdict: Verdict): MaybePromise<Error> {
  const { decision } = verdict;
  const problem = problemOf(verdict);
  return exceptionFor(context, {
    http: () => new RateLimitException(problem, decision),
    graphql: () => new RateLimitGraphqlException(problem, decision),
    message: () => ({ status: 'error', message: problem.detail, ...refusalPayload(problem, decision) }),
  });
}

/** Makes what is thrown when a client leaves out whom its call counts for; what is no such error stays as it is. @internal */
export function callerRefusalOf(context: ExecutionContext, error: unknown): unknown {
  if (!(error instanceof RateLimitCallerError || error instanceof RateLimitHeaderError)) return error;
  const problem = error instanceof RateLimitCallerError ? CALLER_PROBLEM : HEADER_PROBLEM;
  const exception = () => new RateLimitCallerException(problem, error);
  return exceptionFor(context, {
    http: exception,
    graphql: exception,
    message: () => ({ status: 'error', message: problem.detail, code: problem.code }),
  });
}

/**
 * Each context turns only its own kind of exception into an answer.
 *
 * The packages of WebSockets and microservices are optional. They are imported here and now, when a call in their
 * context proves that the application has them.
 */
function exceptionFor(
  context: ExecutionContext,
  { http, graphql, message }: { http: () => Error; graphql: () => Error; message: () => object },
): MaybePromise<Error> {
  switch (context.getType<string>()) {
    case 'ws':
      return import('@nestjs/websockets').then(({ WsException }) =>
        withoutStack(() => new WsException(message())),
      );
    case 'rpc':
      return import('@nestjs/microservices').then(({ RpcException }) =>
        withoutStack(() => new RpcException(message())),
      );
    case 'graphql':
      return withoutStack(graphql);
    default:
      return withoutStack(http);
  }
}

function problemOf({ unavailable, outcomes }: Verdict): RateLimitProblem {
  if (unavailable) return UNAVAILABLE_PROBLEM;
  return exceededProblem(violatedBy(outcomes));
}
