import type { ExecutionContext } from '@nestjs/common';
import type { RateLimitDecision } from './rate-limit-decision.js';
import {
  exceededProblem,
  RateLimitException,
  RateLimitGraphqlException,
  refusalPayload,
  UNAVAILABLE_PROBLEM,
  type RateLimitProblem,
} from './rate-limit.exceptions.js';
import type { Verdict } from './verdict.js';

/**
 * Makes what is thrown to refuse a call: each context turns only its own kind of exception into an answer.
 *
 * The packages of WebSockets and microservices are optional. They are imported here and now, when a call in their
 * context proves that the application has them.
 *
 * @internal
 */
export async function refusalOf(context: ExecutionContext, verdict: Verdict): Promise<Error> {
  const { decision } = verdict;
  const problem = problemOf(verdict);
  switch (context.getType<string>()) {
    case 'ws': {
      const { WsException } = await import('@nestjs/websockets');
      return withoutStack(() => new WsException(messageOf(problem, decision)));
    }
    case 'rpc': {
      const { RpcException } = await import('@nestjs/microservices');
      return withoutStack(() => new RpcException(messageOf(problem, decision)));
    }
    case 'graphql':
      return withoutStack(() => new RateLimitGraphqlException(problem, decision));
    default:
      return withoutStack(() => new RateLimitException(problem, decision));
  }
}

function problemOf({ unavailable, outcomes }: Verdict): RateLimitProblem {
  if (unavailable) return UNAVAILABLE_PROBLEM;
  return exceededProblem(outcomes.filter(({ allowed }) => !allowed).map(({ policy }) => policy.publicName));
}

function messageOf(problem: RateLimitProblem, decision: RateLimitDecision): object {
  return { status: 'error', message: problem.detail, ...refusalPayload(problem, decision) };
}

/** A refusal is no fault, and to capture its stack would cost more than all the rest of it. */
function withoutStack(make: () => Error): Error {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    return make();
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}
