import { Inject, Injectable, type ExecutionContext } from '@nestjs/common';
import type { MaybePromise } from '../../common/maybe-promise.js';
import { addOutcomes } from '../calls/call-state.js';
import { rateLimitHeaders, type Header } from './rate-limit-headers.js';
import { RATE_LIMIT_MODULE_OPTIONS } from '../rate-limit.constants.js';
import type { ResolvedRateLimitOptions } from '../rate-limit.options.js';
import { callerRefusalOf, refusalOf } from './refusal.js';
import { responseOf, setHeader, type RateLimitResponse } from '../subjects/request-of.js';
import { violatedBy, type Verdict } from '../decisions/verdict.js';

/**
 * Tells clients of handlers how they stand.
 *
 * @internal
 */
@Injectable()
export class LimitAnswers {
  constructor(@Inject(RATE_LIMIT_MODULE_OPTIONS) private readonly options: ResolvedRateLimitOptions) {}

  /** Tells of a verdict by headers. @returns the context's own exception when it refuses the call, else null. */
  give(context: ExecutionContext, verdict: Verdict): MaybePromise<Error | null> {
    this.#tell(context, verdict);
    if (verdict.allowed) return null;
    const own = this.ownError(context, verdict);
    if (own !== null) return own;
    sayProblem(context);
    return refusalOf(context, verdict);
  }

  /** Makes what the application throws in place of the usual exception; null when it leaves that to us. */
  ownError(context: ExecutionContext, verdict: Verdict): MaybePromise<Error> | null {
    const { errorFactory } = this.options;
    if (errorFactory === undefined) return null;
    const { unavailable, decision, outcomes } = verdict;
    return errorFactory({ context, decision, violatedPolicies: violatedBy(outcomes), unavailable });
  }

  /** Returns what is thrown for an error: the context's own exception if it is the client's fault. */
  fault(context: ExecutionContext, error: unknown): MaybePromise<unknown> {
    const refusal = callerRefusalOf(context, error);
    if (refusal !== error) sayProblem(context);
    return refusal;
  }

  #tell(context: ExecutionContext, { unavailable, decision, outcomes }: Verdict): void {
    const response = responseOf(context);
    if (response === undefined) return;
    const told = addOutcomes(context, outcomes);
    const headers: Header[] = unavailable
      ? [['Retry-After', String(Math.ceil(decision.retryAfterMs / 1_000))]]
      : rateLimitHeaders(told, { legacy: this.options.legacyHeaders });
    for (const header of headers) setHeader(response, header);
  }
}

function sayProblem(context: ExecutionContext): void {
  const response: RateLimitResponse | undefined =
    context.getType() === 'http' ? responseOf(context) : undefined;
  // Named here, the charset need not be added to every answer by the platform.
  if (response !== undefined)
    setHeader(response, ['Content-Type', 'application/problem+json; charset=utf-8']);
}
