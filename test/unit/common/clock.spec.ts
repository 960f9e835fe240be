import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { SYSTEM_CLOCK } from '../../../src/common/clock.js';
import { runProgram } from '../../support/run-program.js';

const DAY_MS = 86_400_000;

describe('SYSTEM_CLOCK', () => {
  beforeEach(() => {
    jest.useFakeTimers();
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  it('wakes once, after the delay', () => {
    const wake = jest.fn();
    SYSTEM_CLOCK.after(1_000, wake);
    jest.advanceTimersByTime(999);
    expect(wake).not.toHaveBeenCalled();
    jest.advanceTimersByTime(10_000);
    expect(wake).toHaveBeenCalledTimes(1);
  });

  it.each([25, 49.8, 100])('wakes after %d days, which are more than one timer can wait', (days) => {
    const wake = jest.fn();
    SYSTEM_CLOCK.after(days * DAY_MS, wake);
    jest.advanceTimersByTime(days * DAY_MS - 1);
    expect(wake).not.toHaveBeenCalled();
    jest.advanceTimersByTime(1);
    expect(wake).toHaveBeenCalledTimes(1);
  });

  it.each([5, 100 * DAY_MS])(
    'does not wake when cancelled, after %d ms, also when cancelled twice',
    (delayMs) => {
      const wake = jest.fn();
      const cancel = SYSTEM_CLOCK.after(delayMs, wake);
      jest.advanceTimersByTime(delayMs / 2);
      cancel();
      cancel();
      jest.advanceTimersByTime(delayMs);
      expect(wake).not.toHaveBeenCalled();
    },
  );

  it('keeps no process alive', async () => {
    jest.useRealTimers();
    const { code, stdout } = await runProgram(
      `import { SYSTEM_CLOCK } from './src/common/clock.ts';
       SYSTEM_CLOCK.after(3_600_000, () => {});
       SYSTEM_CLOCK.after(1e12, () => {});
       console.log('done');`,
    );
    expect({ code, stdout }).toEqual({ code: 0, stdout: 'done\n' });
  });
});
