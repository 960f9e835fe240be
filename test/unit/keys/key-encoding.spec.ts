import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { CacheKey, KeySegment } from '../../../src/common/keys/cache-key.js';
import {
  encodeKey,
  encodePattern,
  escapePattern,
  escapeSegment,
} from '../../../src/common/keys/key-encoding.js';

/** Reads an escaped text back: the proof that nothing was lost. */
function unescape(text: string): string {
  return text.replace(/%(?:u([0-9A-F]{4})|([0-9A-F]{2}))/g, (_, unit: string | undefined, byte: string) =>
    String.fromCharCode(parseInt(unit ?? byte, 16)),
  );
}

const anyText = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc.string({ unit: fc.constantFrom(...':*?[]\\{}%\0\n\x7f\x85\ud800\udc00aé2A') }),
);
const segment = fc.oneof(anyText, fc.integer(), fc.bigInt(), fc.boolean());
const list = fc
  .array(segment, { minLength: 1, maxLength: 4 })
  .filter((parts) => parts.map(String).join() !== '');

describe('escapeSegment', () => {
  it.each([
    ['a:b', 'a%3Ab'],
    ['*?[]\\{}', '%2A%3F%5B%5D%5C%7B%7D'],
    ['100%', '100%25'],
    ['\0\n\x7f\x85', '%00%0A%7F%85'],
    ['\ud800', '%uD800'],
    ['\udc00\ud800', '%uDC00%uD800'],
    ['Zoë 😀 <a@b.c>', 'Zoë 😀 <a@b.c>'],
  ])('writes %j as %j', (text, escaped) => {
    expect(escapeSegment(text)).toBe(escaped);
  });

  it('can be read back, whatever the text', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(unescape(escapeSegment(text))).toBe(text);
      }),
    );
  });

  it('leaves nothing that means something to Redis, nor anything UTF-8 cannot carry', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const escaped = escapeSegment(text);
        expect(escaped).not.toMatch(/[:*?[\]\\{}\p{Cc}]/u);
        expect(Buffer.from(escaped).toString()).toBe(escaped);
      }),
    );
  });
});

describe('encodeKey', () => {
  it.each<[CacheKey, CacheKey]>([
    ['user:1', ['user', 1]],
    [
      ['user', 1],
      ['user', 1n],
    ],
    [
      ['user', 1],
      ['user', '1'],
    ],
    [
      ['on', true],
      ['on', 'true'],
    ],
    [
      ['zero', -0],
      ['zero', 0],
    ],
    ['a*b', ['a*b']],
    ['100%', ['100%']],
    ['user:', ['user', '']],
  ])('takes %p and %p for one key', (one, other) => {
    expect(encodeKey(one)).toBe(encodeKey(other));
  });

  it('keeps apart what differs in its parts', () => {
    expect(encodeKey(['a:b', 'c'])).not.toBe(encodeKey(['a', 'b:c']));
    expect(encodeKey(['a*b'])).not.toBe(encodeKey(['a%2Ab']));
    expect(encodeKey(['\ud800'])).not.toBe(encodeKey(['\ud801']));
    expect(encodeKey(['', 'a'])).not.toBe(encodeKey(['a', '']));
  });

  it('gives one key to two lists exactly when their parts have the same texts', () => {
    const texts = (parts: readonly KeySegment[]): string => JSON.stringify(parts.map(String));
    const pair = list.chain((one) => fc.tuple(fc.constant(one), fc.oneof(list, shiftedSeparators(one))));
    fc.assert(
      fc.property(pair, ([one, other]) => {
        expect(encodeKey(one) === encodeKey(other)).toBe(texts(one) === texts(other));
      }),
      { numRuns: 2_000 },
    );
  });

  it('takes a text for the list of what stands between its colons', () => {
    fc.assert(
      fc.property(
        anyText.filter((text) => text !== ''),
        (text) => {
          expect(encodeKey(text)).toBe(encodeKey(text.split(':')));
        },
      ),
    );
  });

  it.each<[unknown, string]>([
    [['user', undefined], 'Part 2 of 2 of a key is undefined'],
    [[null], 'Part 1 of 1 of a key is null'],
    [['user', { email: 'ann@example.org' }], 'is an object'],
    [[new Date(0)], 'is an instance of Date'],
    [[['nested']], 'is an array'],
    [[() => 1], 'is a function'],
    [[Symbol('s')], 'is a symbol'],
    [[NaN], 'is NaN'],
    [[-Infinity], 'is -Infinity'],
    // eslint-disable-next-line no-sparse-arrays
    [['a', , 'b'], 'Part 2 of 3 of a key is undefined'],
    [[], 'is empty'],
    ['', 'is empty'],
    [[''], 'is empty'],
    [undefined, 'A key is undefined'],
    [7, 'A key is a number'],
  ])('refuses %p', (key, message) => {
    expect(() => encodeKey(key as CacheKey)).toThrow(expect.objectContaining({ code: 'E_KEY_INVALID' }));
    expect(() => encodeKey(key as CacheKey)).toThrow(message);
  });

  it('keeps values out of its errors', () => {
    const values = [['ann@example.org'], { constructor: { name: 'ann@example.org' } }];
    for (const value of values) {
      const build = (): unknown => encodeKey(['user', value] as unknown as CacheKey);
      expect(build).toThrow('Part 2 of 2');
      expect(build).not.toThrow(/ann/);
    }
  });
});

describe('encodePattern', () => {
  it.each([
    ['user:*', 'user:*'],
    ['user:?', 'user:?'],
    ['a\\*b', 'a%2Ab'],
    ['a\\?b', 'a%3Fb'],
    ['a\\:b:*', 'a%3Ab:*'],
    ['a\\\\b', 'a%5Cb'],
    ['a[b]', 'a%5Bb%5D'],
    ['{a}*', '%7Ba%7D*'],
    ['\\😀', '😀'],
  ])('reads %j as %j', (pattern, encoded) => {
    expect(encodePattern(pattern)).toBe(encoded);
  });

  it('finds an escaped value where encodeKey puts it', () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(encodePattern(`user:${escapePattern(text)}:*`)).toBe(`${encodeKey(['user', text])}:*`);
      }),
    );
  });

  it.each([
    ['', 'is empty'],
    ['user:\\', "ends in a lone '\\'"],
    [undefined, 'is undefined'],
  ])('refuses %p', (pattern, message) => {
    expect(() => encodePattern(pattern as string)).toThrow(message);
  });
});

/** The same text with its parts divided elsewhere: the neighbours most likely to meet. */
function shiftedSeparators(parts: readonly KeySegment[]): fc.Arbitrary<KeySegment[]> {
  const joined = parts.join(':');
  return fc
    .nat({ max: joined.length })
    .map((at) => [joined.slice(0, at), joined.slice(at + 1)])
    .filter((shifted) => shifted.join('') !== '');
}
