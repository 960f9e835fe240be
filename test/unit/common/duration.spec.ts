import { describe, expect, it } from '@jest/globals';
import { describeValue, readDuration, toMs, type Duration } from '../../../src/common/duration.js';
import { InvalidOptionsError } from '../../../src/common/errors.js';

describe('readDuration', () => {
  it.each([
    [1, 1],
    [250, 250],
    ['500ms', 500],
    ['30s', 30_000],
    ['15m', 900_000],
    ['1h', 3_600_000],
    ['7d', 604_800_000],
    ['1.5s', 1_500],
    ['0.5h', 1_800_000],
    [Number.MAX_SAFE_INTEGER, Number.MAX_SAFE_INTEGER],
  ])('reads %j as %d ms', (value, ms) => {
    expect(readDuration(value)).toBe(ms);
  });

  it.each([
    [0.2, 1],
    ['0.2ms', 1],
    ['1.2345s', 1_235],
  ])('rounds %j up to %d ms, so that something short never becomes nothing', (value, ms) => {
    expect(readDuration(value)).toBe(ms);
  });

  it.each([
    ...[0, -0, -5, NaN, Infinity, -Infinity, Number.MAX_SAFE_INTEGER + 2],
    ...[
      '0s',
      '-5s',
      '+5s',
      '',
      ' 5s',
      '5s ',
      '5',
      '5 s',
      '5S',
      '1 hour',
      '1h30m',
      's',
      '1e3s',
      '.5s',
      '1_000ms',
      '٣s',
    ],
    ...[`${'9'.repeat(400)}d`, null, undefined, true, 5n, [], {}, new Date(5), () => 5],
  ])('refuses %p', (value) => {
    expect(readDuration(value)).toBeNull();
  });
});

describe('toMs', () => {
  it('names the option and shows how to write it', () => {
    const read = () => toMs('1 hour' as Duration, 'cache.ttl');
    expect(read).toThrow(InvalidOptionsError);
    expect(read).toThrow(
      "  - cache.ttl: must be a positive number of milliseconds or a text such as '500ms', '30s', '15m', '1h' or '7d'; got '1 hour'",
    );
  });

  it('returns milliseconds', () => {
    expect(toMs('30s', 'ttl')).toBe(30_000);
  });
});

describe('describeValue', () => {
  it.each([
    ['five', "'five'"],
    ['x'.repeat(41), `'${'x'.repeat(40)}…'`],
    [5, '5'],
    [-0, '0'],
    [5n, '5'],
    [true, 'true'],
    [null, 'null'],
    [undefined, 'undefined'],
    [[1, 'secret'], 'an array'],
    [{ password: 'secret' }, 'a value of type object'],
    [() => 'secret', 'a value of type function'],
    [Symbol('secret'), 'a value of type symbol'],
  ])('describes %p', (value, description) => {
    expect(describeValue(value)).toBe(description);
  });
});
