import { describe, expect, it } from '@jest/globals';
import { encodeKey, encodePattern } from '../../../src/common/keys/key-encoding.js';
import { KEY_FAMILIES } from '../../../src/common/keys/key-families.js';
import { KeySpace } from '../../../src/common/keys/key-space.js';
import { hmacSubject } from '../../../src/common/keys/subject.js';

const space = new KeySpace('shop.v2');

describe('KeySpace', () => {
  it('puts namespace and family before the key', () => {
    expect(space.key('cache', encodeKey(['user', 1]))).toBe('shop.v2:cache:user:1');
    expect(space.pattern('cache', encodePattern('user:*'))).toBe('shop.v2:cache:user:*');
    expect(space.prefix('lock')).toBe('shop.v2:lock:');
  });

  it('gives all keys of one thing the same hash tag', () => {
    const key = encodeKey(['stock', '{7}']);
    expect(space.tagged('lock', key, 'fence')).toBe('shop.v2:lock:{stock:%7B7%7D}:fence');
    expect(space.tagged('lock', key, 'queue')).toBe('shop.v2:lock:{stock:%7B7%7D}:queue');
  });

  it.each(['', 'a:b', 'users*', 'a b', '{a}', 'é', 'a\n'])('refuses the namespace %j', (namespace) => {
    expect(() => new KeySpace(namespace)).toThrow(expect.objectContaining({ code: 'E_OPTIONS_INVALID' }));
  });

  it('knows one family that may be evicted', () => {
    const evictable = Object.entries(KEY_FAMILIES).filter(([, dataClass]) => dataClass === 'cache');
    expect(evictable).toEqual([['cache', 'cache']]);
  });
});

describe('hmacSubject', () => {
  it('gives one subject one text of at least 128 bits', () => {
    const text = hmacSubject('secret', 'code', 'ann@example.org');
    expect(text).toBe(hmacSubject('secret', 'code', 'ann@example.org'));
    expect(Buffer.from(text, 'base64url').length).toBeGreaterThanOrEqual(16);
  });

  it('gives another text for another secret, family or subject', () => {
    const texts = [
      hmacSubject('secret', 'code', 'ann@example.org'),
      hmacSubject('other', 'code', 'ann@example.org'),
      hmacSubject('secret', 'ratelimit', 'ann@example.org'),
      hmacSubject('secret', 'code', 'Ann@example.org'),
      hmacSubject('secret', 'code', '\ud800'),
      hmacSubject('secret', 'code', '\ud801'),
    ];
    expect(new Set(texts).size).toBe(texts.length);
  });
});
