import type { SuiteEvents } from '../../common/events.js';
import '../rate-limit.events.js';
import type { Verdict } from './verdict.js';

/** Is what was decided: a call of one subject, by policies all in shadow or none. @internal */
export interface DecidedCall {
  /** Is the subject as its keys hold it. */
  readonly subject: string;
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
  { subject, shadow }: DecidedCall,
  { allowed, degraded, outcomes }: Verdict,
): void {
  for (const outcome of outcomes) {
    const policy = outcome.policy.name;
    if (allowed) events.emit('rate-limit:allowed', { policy, degraded, shadow });
    else if (!outcome.allowed) {
      const { retryAfterMs } = outcome;
      events.emit('rate-limit:denied', { policy, degraded, shadow, subject, retryAfterMs });
    }
  }
}
