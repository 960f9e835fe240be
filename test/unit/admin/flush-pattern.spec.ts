import { describe, expect, it } from '@jest/globals';
import { flushPatternProblem, withoutFamily } from '../../../src/admin/flush-pattern.js';
import { encodePattern } from '../../../src/common/keys/key-encoding.js';

describe('flushPatternProblem', () => {
  it.each(['cache:*', 'cache:user:1', 'cache:a\\*b', 'cache:a\\\\', 'cache:?', 'cache:[x]{y}'])(
    'takes %s',
    (pattern) => {
      expect(flushPatternProblem(pattern)).toBeNull();
      expect(() => encodePattern(withoutFamily(pattern))).not.toThrow();
    },
  );

  it.each([
    undefined,
    null,
    '',
    'cache:',
    'cache',
    '*',
    '*:cache:a',
    'c*:a',
    'user:*',
    'session:*',
    'lock:a',
    ' cache:a',
    'Cache:a',
    'cache:a\\',
    'cache:\\\\\\',
    `cache:${'a'.repeat(600)}`,
    ['cache:a', 'cache:b'],
    { $ne: 1 },
  ])('refuses %j', (pattern) => {
    expect(flushPatternProblem(pattern)).toEqual(expect.any(String));
  });
});
