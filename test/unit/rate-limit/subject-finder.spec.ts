import { ExecutionContextHost } from '@nestjs/core/helpers/execution-context-host.js';
import { describe, expect, it } from '@jest/globals';
import {
  RateLimitCallerError,
  RateLimitHeaderError,
  RateLimitKeyError,
} from '../../../src/rate-limit/rate-limit.errors.js';
import {
  resolveRateLimitOptions,
  type RateLimitModuleOptions,
} from '../../../src/rate-limit/rate-limit.options.js';
import type { RateLimitKey } from '../../../src/rate-limit/policies/rate-limit-use.options.js';
import { SubjectFinder } from '../../../src/rate-limit/subjects/subject-finder.js';

/** Finds the subject of a request over HTTP. */
async function find(
  key: RateLimitKey,
  request: object,
  options: RateLimitModuleOptions = {},
): Promise<string> {
  const context = new ExecutionContextHost([{ headers: {}, ...request }]);
  context.setType('http');
  return new SubjectFinder(resolveRateLimitOptions(options)).find(key, context);
}

/** Has a text that says nothing of who it is, so that all of its kind would be one subject. */
const ALIKE: [string, unknown][] = [
  ['an object', { tenant: 1, id: 2 }],
  ['a list', [1]],
  ['a promise', Promise.resolve('7')],
  ['NaN', Number.NaN],
  ['a symbol', Symbol('7')],
  ['a function', () => '7'],
];

describe('the subject of a call', () => {
  it.each([
    ['a text', 'ann', 'ann'],
    ['a number', 7, '7'],
    ['0', 0, '0'],
    ['a bigint', 7n, '7'],
    ['a boolean', false, 'false'],
  ])('is the id of a user: %s', async (_, id, subject) => {
    expect(await find('user', { user: { id } })).toBe(subject);
    expect(await find('user', { user: { sub: id } })).toBe(subject);
    expect(await find('user', {}, { user: () => id as string })).toBe(subject);
  });

  it.each(ALIKE)('is not %s in place of the id of a user', async (_, id) => {
    for (const attempt of [
      find('user', { user: { id } }),
      find('user', {}, { user: () => id as string }),
      find(['ip', 'user'], { ip: '192.0.2.1', user: { id } }),
    ]) {
      await expect(attempt).rejects.toThrow(RateLimitKeyError);
    }
  });

  it.each([undefined, null, ''])('is nobody without the id of a user: %p', async (id) => {
    await expect(find('user', { user: { id } })).rejects.toThrow(RateLimitCallerError);
  });

  it.each([...ALIKE.filter(([name]) => name !== 'a promise'), ['nothing', undefined], ['no text', '']])(
    'is not %s that a key function answers',
    async (_, subject) => {
      await expect(find(() => subject as string, {})).rejects.toThrow(RateLimitKeyError);
      await expect(find(async () => Promise.resolve(subject as string), {})).rejects.toThrow(
        RateLimitKeyError,
      );
    },
  );

  it.each([
    ['several', ['a', 'b']],
    ['empty', ''],
    ['missing', undefined],
  ])('is not a header that is %s', async (_, value) => {
    const headers = { 'x-api-key': value, 'x-tenant': value };
    await expect(find('api-key', { headers })).rejects.toThrow(RateLimitCallerError);
    await expect(find({ header: 'X-Tenant' }, { headers })).rejects.toThrow(RateLimitHeaderError);
  });

  it.each([
    ['missing', undefined],
    ['no address', 'unknown'],
  ])('is not an address that is %s', async (_, ip) => {
    await expect(find('ip', { ip })).rejects.toThrow(RateLimitKeyError);
  });
});
