import { beforeEach, describe, expect, it } from '@jest/globals';
import { SuiteEvents } from '../../../src/common/events.js';
import { RateLimitOffenders } from '../../../src/rate-limit/rate-limit-offenders.js';

describe('RateLimitOffenders', () => {
  let events: SuiteEvents;
  let offenders: RateLimitOffenders;

  beforeEach(() => {
    events = new SuiteEvents();
    offenders = new RateLimitOffenders(events);
  });

  function refuse(subject: string, { policy = 'login', times = 1 } = {}): void {
    for (let i = 0; i < times; i++) {
      const retryAfterMs = 1_000;
      events.emit('rate-limit:denied', { policy, subject, retryAfterMs, degraded: false, shadow: false });
    }
  }

  it('lists the most refused first, each policy by itself', () => {
    refuse('ann', { times: 2 });
    refuse('bob', { times: 3 });
    refuse('ann', { policy: 'export', times: 4 });
    const named = offenders.top(2).map(({ policy, subject, denied }) => [policy, subject, denied]);
    expect(named).toEqual([
      ['export', 'ann', 4],
      ['login', 'bob', 3],
    ]);
    expect(offenders.top()).toHaveLength(3);
  });

  it('watches a thousand, and forgets those refused longest ago', () => {
    refuse('first', { times: 9 });
    refuse('second', { times: 9 });
    for (let i = 0; i < 998; i++) refuse(`s${i}`);
    refuse('first');
    refuse('one more');
    expect(offenders.top(2_000)).toHaveLength(1_000);
    expect(offenders.top(1)).toMatchObject([{ subject: 'first', denied: 10 }]);
    expect(offenders.top(2_000).map(({ subject }) => subject)).not.toContain('second');
    refuse('second');
    expect(offenders.top(2_000).find(({ subject }) => subject === 'second')).toMatchObject({ denied: 1 });
  });
});
