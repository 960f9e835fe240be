import { describe, expect, it } from '@jest/globals';
import { encodeKey, encodePattern } from '../../../src/common/keys/key-encoding.js';
import { MAX_KEY_BYTES } from '../../../src/common/keys/key-length.js';

const HASHED = /^(.*)%h[\w-]{43}$/su;

describe('an over-long key', () => {
  it('is one of more than 512 bytes', () => {
    const prefix = 'k:';
    expect(encodeKey(prefix + 'x'.repeat(510))).toBe(prefix + 'x'.repeat(510));
    expect(encodeKey(prefix + 'x'.repeat(511))).toMatch(HASHED);
    expect(encodeKey(prefix + 'é'.repeat(255))).toBe(prefix + 'é'.repeat(255));
    expect(encodeKey(prefix + 'é'.repeat(256))).toMatch(HASHED);
  });

  it.each(['x', 'é', '😀', '*', '\ud800', ':'])(
    'keeps what fits of its beginning when made of %j',
    (character) => {
      for (let shift = 0; shift < 8; shift++) {
        const key = `user:${'a'.repeat(shift)}${character.repeat(600)}`;
        const encoded = encodeKey(key);
        const [, prefix = ''] = HASHED.exec(encoded) ?? [];
        expect(Buffer.byteLength(encoded)).toBeLessThanOrEqual(MAX_KEY_BYTES);
        expect(Buffer.byteLength(prefix)).toBeGreaterThan(460);
        expect(encodePattern(key.replaceAll(/[*\\]/g, '\\$&')).startsWith(prefix)).toBe(true);
        expect(Buffer.from(encoded).toString()).toBe(encoded);
        expect(prefix).not.toMatch(/%(?![0-9A-F]{2}|u[0-9A-F]{4})/);
      }
    },
  );

  it('differs from every other, in the part that was cut off too', () => {
    const long = 'x'.repeat(2_000);
    const keys = [`${long}a`, `${long}b`, `${long}:a`, [long, 'a:'], [long, 'a', '']];
    expect(new Set(keys.map(encodeKey)).size).toBe(keys.length);
  });

  it('cannot be written as a key', () => {
    const hashed = encodeKey('x'.repeat(600));
    expect(encodeKey(hashed)).not.toBe(hashed);
  });
});
