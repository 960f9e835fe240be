import { describe, expect, it } from '@jest/globals';
import { WaitLimit } from '../../../src/cache/entry/wait-limit.js';
import { HandClock } from '../../support/hand-clock.js';

const NEVER = new Promise<never>(() => undefined);
const tooLate = () => new Error('too late');

/** Watches how a wait ends. */
function outcomeOf(wait: Promise<unknown>): { end: string } {
  const outcome = { end: 'none' };
  wait.then(
    (value) => (outcome.end = String(value)),
    (error: unknown) => (outcome.end = (error as Error).message),
  );
  return outcome;
}

describe('the limit of waits for Redis', () => {
  /** Lets the hands go in steps, as a process sees them that runs so seldom. */
  const run = async (clock: HandClock, stepMs: number, steps: number) => {
    for (let step = 0; step < steps; step++) {
      clock.skip(stepMs);
      await clock.move(0);
    }
  };

  it('ends a wait in time, and leaves those alone that are answered', async () => {
    const clock = new HandClock();
    const limit = new WaitLimit(clock, 40);
    const waits = [NEVER, Promise.resolve('answered')].map((call) => outcomeOf(limit.bound(call, tooLate)));
    await run(clock, 5, 7);
    expect(waits).toEqual([{ end: 'none' }, { end: 'answered' }]);
    await run(clock, 5, 2);
    expect(waits).toEqual([{ end: 'too late' }, { end: 'answered' }]);
    expect(clock.pending).toBe(0);
  });

  it('takes little of the time in which the process did not run, but always some', async () => {
    const clock = new HandClock();
    const limit = new WaitLimit(clock, 40);
    const wait = outcomeOf(limit.bound(NEVER, tooLate));
    await run(clock, 500, 7);
    expect(wait.end).toBe('none');
    await run(clock, 500, 2);
    expect(wait.end).toBe('too late');
  });

  it('ends all waits at once when the server is known to be away', async () => {
    const limit = new WaitLimit(new HandClock(), 40);
    const waits = [NEVER, Promise.resolve('answered')].map((call) => outcomeOf(limit.bound(call, tooLate)));
    await Promise.resolve();
    limit.endAll();
    await new Promise((resolve) => setImmediate(resolve));
    expect(waits).toEqual([{ end: 'too late' }, { end: 'answered' }]);
  });
});
