import { describe, expect, it } from '@jest/globals';
import { OwnChanges } from '../../../src/cache/entry/own-changes.js';
import { HandClock } from '../../support/hand-clock.js';

describe('what a process has changed', () => {
  it('is remembered as long as it must be, and forgotten later', async () => {
    const clock = new HandClock();
    const changes = new OwnChanges(clock, 3_000);
    await clock.move(1_000);
    changes.note(['a']);
    await clock.move(2_000);
    changes.note(['b']);
    await clock.move(999);
    expect([changes.has('a'), changes.has('b'), changes.has('c')]).toEqual([true, true, false]);
    await clock.move(2_001);
    expect(changes.has('b')).toBe(true);
    await clock.move(4_000);
    expect([changes.has('a'), changes.has('b')]).toEqual([false, false]);
  });

  it('is anything, when it was more than can be remembered', async () => {
    const clock = new HandClock();
    const changes = new OwnChanges(clock, 3_000);
    changes.note(Array.from({ length: 10_001 }, (_, i) => String(i)));
    expect(changes.has('something else')).toBe(true);
    await clock.move(3_000);
    expect(changes.has('something else')).toBe(true);
    await clock.move(3_000);
    expect(changes.has('something else')).toBe(false);
  });
});
