import { describe, expect, it } from '@jest/globals';
import { problemOf, ERROR_PROBLEMS } from '../../../src/http/error-problems.js';
import { SubscribeMessage } from '@nestjs/websockets';
import { RedisReplyError, RedisUnavailableError } from '../../../src/connection/connection.errors.js';
import { refusalOf } from '../../../src/lock/lock-refusal.js';
import { LockBusyError, LockTimeoutError } from '../../../src/lock/lock.errors.js';
import {
  exceededProblem,
  UNAVAILABLE_PROBLEM,
} from '../../../src/rate-limit/answers/rate-limit.exceptions.js';

describe('ERROR_PROBLEMS', () => {
  it('tells of limits what the guard of the rate limits tells', () => {
    const told = (code: `E_${string}`) => ({ type: 'about:blank', ...ERROR_PROBLEMS.get(code), code });
    expect(exceededProblem(['login'])).toEqual({
      ...told('E_RATE_LIMIT_EXCEEDED'),
      'violated-policies': ['login'],
    });
    expect(UNAVAILABLE_PROBLEM).toEqual(told('E_RATE_LIMIT_UNAVAILABLE'));
  });

  it('tells of locks what handlers of messages tell', async () => {
    class Gateway {
      @SubscribeMessage('enter') enter() {}
    }
    const handler = Object.getOwnPropertyDescriptor(Gateway.prototype, 'enter')?.value as unknown;
    const refusal = (replyCode: string) =>
      new RedisReplyError({ connection: 'secret', command: 'acquire-n', replyCode, detail: 'secret' });
    const errors = [
      new LockBusyError('secret'),
      new LockTimeoutError('secret', 10),
      new RedisUnavailableError('secret', 'timeout'),
      refusal('OOM'),
    ];
    for (const error of errors) {
      const told = (await refusalOf(handler, error)) as { getError(): object };
      expect(told.getError()).toEqual({
        status: 'error',
        message: problemOf(error)?.detail,
        code: error.code,
      });
      expect(await refusalOf(() => undefined, error)).toBe(error);
    }
    const fault = refusal('WRONGTYPE');
    expect(await refusalOf(handler, fault)).toBe(fault);
  });
});
