import { describe, expect, it } from '@jest/globals';
import { pollPauseMs } from '../../../src/connection/polling.js';

describe('pollPauseMs', () => {
  it('doubles up to a quarter of a second', () => {
    const longest = [0, 1, 2, 3, 4, 10, 5_000].map((attempt) => pollPauseMs(attempt, () => 1));
    expect(longest).toEqual([25, 50, 100, 200, 250, 250, 250]);
  });

  it('is never less than half of that', () => {
    expect([0, 4].map((attempt) => pollPauseMs(attempt, () => 0))).toEqual([13, 125]);
  });
});
