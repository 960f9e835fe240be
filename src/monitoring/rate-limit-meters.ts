import { Injectable } from '@nestjs/common';
import { SuiteEvents } from '../common/events.js';

/** Counts what limits did in this process. @publicApi */
export interface RateLimitCounts {
  readonly allowed: number;
  /** Counts refusals; those of policies in shadow, which refuse nobody, apart. */
  readonly denied: number;
  /** Counts what policies in shadow would have refused. */
  readonly wouldDeny: number;
  /** Counts decisions, among all of these, that were made without Redis. */
  readonly degraded: number;
}

type Counts = { -readonly [K in keyof RateLimitCounts]: RateLimitCounts[K] };

/** Caps the policies that are told apart: policies made at run time must not fill the memory. */
const MOST = 1_000;

/**
 * Counts the decisions of rate limits by policy, from the library's events.
 *
 * @internal
 */
@Injectable()
export class RateLimitMeters {
  readonly #counts = new Map<string, Counts>();

  constructor(events: SuiteEvents) {
    events.on('rate-limit:allowed', ({ policy, degraded }) => this.#count(policy, 'allowed', degraded));
    events.on('rate-limit:denied', ({ policy, degraded, shadow }) =>
      this.#count(policy, shadow ? 'wouldDeny' : 'denied', degraded),
    );
  }

  /** Returns the counts so far by the name of the policy. */
  snapshot(): Record<string, RateLimitCounts> {
    return Object.fromEntries([...this.#counts].map(([policy, counts]) => [policy, { ...counts }]));
  }

  #count(policy: string, what: 'allowed' | 'denied' | 'wouldDeny', degraded: boolean): void {
    let counts = this.#counts.get(policy);
    if (counts === undefined) {
      if (this.#counts.size >= MOST) return;
      this.#counts.set(policy, (counts = { allowed: 0, denied: 0, wouldDeny: 0, degraded: 0 }));
    }
    counts[what]++;
    if (degraded) counts.degraded++;
  }
}
