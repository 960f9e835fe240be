import type { SuiteEvents } from '../common/events.js';
import './rate-limit.events.js';
import { hiddenSubjectOf } from './subject-keys.js';
import type { Verdict } from './verdict.js';

/** Is what was decided: calls of one subject, by policies all in shadow or none. @internal */
export interface DecidedCall {
  readonly keys: readonly string[];
  readonly shadow: boolean;
}

/**
 * Tells what each policy did with a call. When some refuse it, the others have not counted it, and nothing is told of
 * them.
 *
 * @internal
 */
export function tellOutcomes(
  events: SuiteEvents,
  { keys: [key = ''], shadow }: DecidedCall,
  { allowed, degraded, outcomes }: Verdict,
): void {
  const subject = allowed ? '' : hiddenSubjectOf(key);
  for (const { policy, allowed: isAllowed, retryAfterMs } of outcomes) {
    const policyName = policy.name;
    if (allowed) events.emit('rate-limit:allowed', { policy: policyName, degraded, shadow });
    else if (!isAllowed)
      events.emit('rate-limit:denied', { policy: policyName, degraded, shadow, subject, retryAfterMs });
  }
}
