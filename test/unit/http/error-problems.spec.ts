import { describe, expect, it } from '@jest/globals';
import { ERROR_PROBLEMS } from '../../../src/http/error-problems.js';
import { exceededProblem, UNAVAILABLE_PROBLEM } from '../../../src/rate-limit/rate-limit.exceptions.js';

describe('ERROR_PROBLEMS', () => {
  it('tells of limits what the guard of the rate limits tells', () => {
    const told = (code: `E_${string}`) => ({ type: 'about:blank', ...ERROR_PROBLEMS.get(code), code });
    expect(exceededProblem(['login'])).toEqual({
      ...told('E_RATE_LIMIT_EXCEEDED'),
      'violated-policies': ['login'],
    });
    expect(UNAVAILABLE_PROBLEM).toEqual(told('E_RATE_LIMIT_UNAVAILABLE'));
  });
});
