import { Injectable } from '@nestjs/common';
import { SuiteEvents } from '../common/events.js';
import './rate-limit.events.js';

/** Is how many subjects are watched; those refused longest ago go first. */
const MOST = 1_000;

/** Is a subject that this process has refused. @publicApi */
export interface RateLimitOffender {
  /** Is the name of the policy. */
  readonly policy: string;
  /** Is the HMAC of the subject, or its digest where there is no secret, as in its key in Redis. */
  readonly subject: string;
  /** Counts the refusals, also those that a policy in shadow only reports. */
  readonly denied: number;
  /** Is in ISO 8601. */
  readonly lastDeniedAt: string;
}

/**
 * Knows whom this process refuses most. It watches a thousand subjects; beyond, those refused longest ago are forgotten.
 *
 * @publicApi
 */
@Injectable()
export class RateLimitOffenders {
  readonly #known = new Map<
    string,
    { readonly policy: string; readonly subject: string; denied: number; at: number }
  >();

  constructor(events: SuiteEvents) {
    events.on('rate-limit:denied', ({ policy, subject }) => this.#note(policy, subject));
  }

  /** Lists those refused most often since they are watched, the most refused first. */
  top(count = 10): RateLimitOffender[] {
    return [...this.#known.values()]
      .sort((a, b) => b.denied - a.denied || b.at - a.at)
      .slice(0, count)
      .map(({ policy, subject, denied, at }) => {
        return { policy, subject, denied, lastDeniedAt: new Date(at).toISOString() };
      });
  }

  #note(policy: string, subject: string): void {
    const key = `${policy} ${subject}`;
    const known = this.#known.get(key) ?? { policy, subject, denied: 0, at: 0 };
    known.denied++;
    known.at = Date.now();
    this.#known.delete(key);
    if (this.#known.size >= MOST) {
      const [oldest] = this.#known.keys();
      if (oldest !== undefined) this.#known.delete(oldest);
    }
    this.#known.set(key, known);
  }
}
