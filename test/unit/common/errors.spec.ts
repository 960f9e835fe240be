import { describe, expect, it } from '@jest/globals';
import { InvalidOptionsError, RedisSuiteError, toError } from '../../../src/common/errors.js';

class TeapotError extends RedisSuiteError {
  readonly code = 'E_TEAPOT';
}

class SmallTeapotError extends TeapotError {}

describe('RedisSuiteError', () => {
  it('names itself after its class and keeps its cause', () => {
    const cause = new Error('short and stout');
    const error = new TeapotError('I am a teapot.', { cause });
    expect(error).toBeInstanceOf(Error);
    expect(error).toMatchObject({ name: 'TeapotError', code: 'E_TEAPOT', message: 'I am a teapot.' });
    expect(error.cause).toBe(cause);
    expect(error.stack).toContain('errors.spec');
    expect(new SmallTeapotError('').name).toBe('SmallTeapotError');
  });

  it('has no cause unless it is given one', () => {
    expect('cause' in new TeapotError('')).toBe(false);
  });
});

describe('InvalidOptionsError', () => {
  it('lists one problem', () => {
    const error = new InvalidOptionsError('RedisModule', [{ path: 'cache.ttl', message: 'must be more' }]);
    expect(error.message).toBe('RedisModule: 1 option cannot be used.\n  - cache.ttl: must be more');
    expect(error.code).toBe('E_OPTIONS_INVALID');
  });

  it('lists several problems, also for programs', () => {
    const problems = [
      { path: 'a', message: 'is one' },
      { path: 'b.c', message: 'is another' },
    ];
    const error = new InvalidOptionsError('@Cached on Shop.find', problems);
    expect(error.message).toBe(
      '@Cached on Shop.find: 2 options cannot be used.\n  - a: is one\n  - b.c: is another',
    );
    expect(error).toMatchObject({ where: '@Cached on Shop.find', problems });
  });
});

describe('toError', () => {
  it('leaves errors as they are', () => {
    const error = new TypeError('x');
    expect(toError(error)).toBe(error);
  });

  it.each([['secret'], [{ password: 'secret' }], [undefined], [null], [5n]])(
    'makes an error of %p without showing it',
    (thrown) => {
      const error = toError(thrown);
      expect(error).toBeInstanceOf(Error);
      expect(error.message).toBe(`a value of type ${typeof thrown} was thrown`);
    },
  );
});
