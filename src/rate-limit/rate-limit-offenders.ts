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

interface Offender {
  readonly policy: string;
  readonly subject: string;
  denied: number;
  /** Is when it was refused last, in milliseconds since 1970. */
  at: number;
}

/**
 * Knows whom this process refuses most. It watches a thousand subjects; beyond, those refused longest ago are forgotten.
 *
 * @publicApi
 */
@Injectable()
export class RateLimitOffenders {
  readonly #byPolicy = new Map<string, Map<string, Offender>>();
  /** Holds the same, those refused longest ago first. */
  readonly #all = new Set<Offender>();
  #latest: Offender | undefined;

  constructor(events: SuiteEvents) {
    events.on('rate-limit:denied', ({ policy, subject }) => this.#note(policy, subject));
  }

  /** Lists those refused most often since they are watched, the most refused first. */
  top(count = 10): RateLimitOffender[] {
    return [...this.#all]
      .sort((a, b) => b.denied - a.denied || b.at - a.at)
      .slice(0, count)
      .map(({ policy, subject, denied, at }) => {
        return { policy, subject, denied, lastDeniedAt: new Date(at).toISOString() };
      });
  }

  #note(policy: string, subject: string): void {
    const known = this.#byPolicy.get(policy)?.get(subject) ?? this.#watch(policy, subject);
    known.denied++;
    known.at = Date.now();
    // Whoever floods is refused again and again, and stands at the end already.
    if (known === this.#latest) return;
    this.#all.delete(known);
    this.#all.add(known);
    this.#latest = known;
  }

  #watch(policy: string, subject: string): Offender {
    const [oldest] = this.#all;
    if (oldest !== undefined && this.#all.size >= MOST) this.#forget(oldest);
    const offender = { policy, subject, denied: 0, at: 0 };
    const ofPolicy = this.#byPolicy.get(policy) ?? new Map<string, Offender>();
    this.#byPolicy.set(policy, ofPolicy.set(subject, offender));
    this.#all.add(offender);
    return offender;
  }

  #forget(offender: Offender): void {
    const { policy, subject } = offender;
    this.#all.delete(offender);
    const ofPolicy = this.#byPolicy.get(policy);
    ofPolicy?.delete(subject);
    if (ofPolicy?.size === 0) this.#byPolicy.delete(policy);
  }
}
