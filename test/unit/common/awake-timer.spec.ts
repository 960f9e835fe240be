import { beforeEach, describe, expect, it } from '@jest/globals';
import { AwakeTimer } from '../../../src/common/awake-timer.js';
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

describe('A timer of awake time', () => {
  let clock: HandClock;
  let timer: AwakeTimer;

  beforeEach(() => {
    clock = new HandClock();
    timer = new AwakeTimer(clock, 5);
  });

  const settled = () => new Promise((resolve) => setImmediate(resolve));

  /** Lets the hands go in steps, as a process sees them that runs so seldom. */
  const run = async (stepMs: number, steps: number) => {
    for (let step = 0; step < steps; step++) {
      clock.skip(stepMs);
      await clock.move(0);
    }
  };

  it('ends a wait in time, and leaves those alone that are answered', async () => {
    const waits = [NEVER, Promise.resolve('answered'), Promise.reject(new Error('refused'))].map((call) =>
      outcomeOf(timer.bound(call, 40, tooLate)),
    );
    await run(5, 7);
    expect(waits).toEqual([{ end: 'none' }, { end: 'answered' }, { end: 'refused' }]);
    await run(5, 2);
    expect(waits).toEqual([{ end: 'too late' }, { end: 'answered' }, { end: 'refused' }]);
    expect(clock.pending).toBe(0);
  });

  it('takes little of the time in which the process did not run, but always some', async () => {
    const wait = outcomeOf(timer.bound(NEVER, 40, tooLate));
    await run(500, 3);
    expect(wait.end).toBe('none');
    await run(500, 2);
    expect(wait.end).toBe('too late');
  });

  // Seen to fail with limits up to a tenth of a second: calls that went out late had no time left for their answers.
  it('leaves a wait that a late look finds for the first time to the next look', async () => {
    timer = new AwakeTimer(clock, 50);
    const ends: number[] = [];
    for (const delayMs of [20, 40, 70, 200]) timer.after(delayMs, () => ends.push(delayMs));
    clock.skip(60);
    await clock.move(0);
    expect(ends).toEqual([]);
    timer.after(20, () => ends.push(20.1));
    await clock.move(20);
    expect(ends).toEqual([20.1]);
    await clock.move(29);
    expect(ends).toEqual([20.1]);
    await clock.move(1);
    expect(ends).toEqual([20.1, 20, 40, 70]);
    await clock.move(90);
    expect(ends).toEqual([20.1, 20, 40, 70, 200]);
  });

  it('wakes up for the shortest wait first, although it began last and ends between two looks', async () => {
    const ends: string[] = [];
    timer = new AwakeTimer(clock, 50);
    timer.after(120, () => ends.push('long'));
    await clock.move(30);
    timer.after(7, () => ends.push('short'));
    await clock.move(7);
    expect(ends).toEqual(['short']);
    await clock.move(82);
    expect(ends).toEqual(['short']);
    await clock.move(1);
    expect(ends).toEqual(['short', 'long']);
  });

  it('counts nothing of the time before a wait began, in which nobody waited or others did', async () => {
    timer = new AwakeTimer(clock, 50);
    timer.after(60, () => undefined);
    await clock.move(49);
    let isOver = false;
    timer.after(20, () => (isOver = true));
    await clock.move(19);
    expect(isOver).toBe(false);
    await clock.move(1);
    expect(isOver).toBe(true);
    await clock.move(1_000);
    timer.after(20, () => (isOver = false));
    await clock.move(19);
    expect(isOver).toBe(true);
    await clock.move(1);
    expect(isOver).toBe(false);
  });

  it('goes on by little in a gap, and never back', async () => {
    timer.after(1_000, () => undefined);
    const seen = [timer.nowMs];
    for (const ms of [9, 1, 500]) {
      clock.skip(ms);
      seen.push(timer.nowMs);
    }
    await clock.move(0);
    seen.push(timer.nowMs);
    expect(seen).toEqual([0, 9, 10, 10, 10]);
  });

  it('wakes nobody who has cancelled, and looks no more when nobody waits', async () => {
    let isWoken = false;
    timer.after(20, () => (isWoken = true))();
    await clock.move(40);
    expect(isWoken).toBe(false);
    expect(clock.pending).toBe(0);
  });

  it('goes on for those who begin to wait when others end', async () => {
    const ends: number[] = [];
    const again = (): void => {
      if (ends.push(clock.monotonic()) < 3) timer.after(10, again);
    };
    timer.after(10, again);
    await clock.move(100);
    expect(ends).toEqual([10, 20, 30]);
  });

  it('ends all waits at once when it is told so', async () => {
    const waits = [NEVER, Promise.resolve('answered')].map((call) =>
      outcomeOf(timer.bound(call, 40, tooLate)),
    );
    await Promise.resolve();
    timer.endAll();
    await settled();
    expect(waits).toEqual([{ end: 'too late' }, { end: 'answered' }]);
  });
});
