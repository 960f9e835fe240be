import { describe, expect, it } from '@jest/globals';
import { fullJitter } from '../../../src/connection/backoff.js';

const BOUNDS = { baseMs: 50, capMs: 1_000 };

describe('fullJitter', () => {
  it.each([
    [0, 50],
    [1, 100],
    [2, 200],
    [4, 800],
    [5, 1_000],
    [6, 1_000],
    [1_000_000, 1_000],
    [Infinity, 1_000],
  ])('waits before try %d anything from 0 to %d ms', (attempt, upperMs) => {
    expect(fullJitter(attempt, BOUNDS, () => 0)).toBe(0);
    expect(fullJitter(attempt, BOUNDS, () => 0.5)).toBe(Math.round(upperMs / 2));
    expect(fullJitter(attempt, BOUNDS, () => 1 - Number.EPSILON)).toBe(upperMs);
  });

  it('never exceeds a cap that is below the base', () => {
    expect(fullJitter(0, { baseMs: 50, capMs: 10 }, () => 1 - Number.EPSILON)).toBe(10);
  });

  it('spreads by itself over the whole range, in whole milliseconds', () => {
    const pauses = Array.from({ length: 5_000 }, () => fullJitter(10, BOUNDS));
    expect(pauses.every((pause) => Number.isInteger(pause) && pause >= 0 && pause <= 1_000)).toBe(true);
    const tenths = new Set(pauses.map((pause) => Math.min(9, Math.floor(pause / 100))));
    expect(tenths.size).toBe(10);
  });
});
