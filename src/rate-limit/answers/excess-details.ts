import type { ErrorDetails } from '../../common/error-details.js';
import { rateLimitHeaders } from './rate-limit-headers.js';
import { RateLimitExceededError } from '../rate-limit.errors.js';
import type { ResolvedRateLimitOptions } from '../rate-limit.options.js';
import { outcomesOf } from '../decisions/verdict.js';

/**
 * Finds what an answer over HTTP says of a limit beyond which a service was called: what it says of one on a handler.
 *
 * @returns null for other errors.
 * @internal
 */
export function excessDetails(
  error: Error,
  { legacyHeaders: legacy }: Pick<ResolvedRateLimitOptions, 'legacyHeaders'>,
): ErrorDetails | null {
  if (!(error instanceof RateLimitExceededError)) return null;
  const { violatedPolicies } = error;
  return {
    headers: rateLimitHeaders(outcomesOf(error), { legacy }),
    members: violatedPolicies.length === 0 ? {} : { 'violated-policies': violatedPolicies },
  };
}
