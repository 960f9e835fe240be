import { describe, expect, it } from '@jest/globals';
import { KeySpace } from '../../../src/common/keys/key-space.js';
import { lockKeys } from '../../../src/lock/lock-keys.js';

describe('the keys of a lock', () => {
  // Seen to fail: a list passed for the parts of one name, so `inspect` and `forceRelease` of two locks found neither, and
  // a mutex of two was a third that nobody else takes.
  it.each<[unknown, string]>([
    [['a', 'b'], 'an array'],
    [[], 'an array'],
    ['', 'empty'],
    [undefined, 'undefined'],
    [7, 'a number'],
  ])('are refused for the name %p', (name, problem) => {
    const make = () => lockKeys(new KeySpace('shop'), name as string);
    expect(make).toThrow(`The name of what is locked is ${problem}; give a text.`);
    expect(make).toThrow(expect.objectContaining({ code: 'E_KEY_INVALID' }));
  });
});
