import { Readable } from 'node:stream';
import { runInNewContext } from 'node:vm';
import { describe, expect, it } from '@jest/globals';
import { of } from 'rxjs';
import { encodeKey } from '../../../src/common/keys/key-encoding.js';
import { structuralKey } from '../../../src/common/keys/structural-key.js';

const owner = encodeKey('UserService.find');
const keyOf = (...args: unknown[]): string => structuralKey(owner, args);

class Dto {
  [name: string]: unknown;
}
class OtherDto extends Dto {}
class Money {
  #amount: number;
  constructor(amount: number) {
    this.#amount = amount;
  }
  get amount(): number {
    return this.#amount;
  }
}
class Price extends Money {}
class Range {
  constructor(readonly from: number) {}
  #twice(): number {
    return this.from * 2;
  }
  twice(): number {
    return this.#twice();
  }
}
/** A class with a private field, as compilers write it for old targets. */
const Compiled = runInNewContext(
  'class Compiled { get amount() { return __classPrivateFieldGet(this, _amount, "f") } } Compiled',
) as new () => object;
class Ids extends Array<number> {}
class Day extends Date {}

const deep = (levels: number): unknown => (levels === 0 ? 0 : [deep(levels - 1)]);

describe('structuralKey', () => {
  it('begins with its owner and shows short arguments', () => {
    expect(keyOf()).toBe('UserService.find:%()');
    expect(keyOf(1, '1', 1n, -0, true, null, undefined)).toBe(
      "UserService.find:%(1,'1',1n,-0,true,null,undefined)",
    );
    expect(keyOf([1, []], { id: 1 }, new Dto(), new Date(0))).toBe(
      "UserService.find:%((1,()),<'id'=1>,<>@'Dto',#Date(0))",
    );
  });

  it('hashes long arguments and keeps the owner', () => {
    const keys = ['a', 'b'].map((end) => keyOf('x'.repeat(300) + end));
    for (const key of keys) expect(key).toMatch(/^UserService\.find:%h[\w-]{43}$/);
    expect(keys[0]).not.toBe(keys[1]);
  });

  it('holds nothing that means something to Redis', () => {
    expect(keyOf('*?[]\\{}:\n', { '{x}': /[*]/ }, new URL('http://h:1/?q={*}'))).not.toMatch(/[*?[\]\\{}\n]/);
  });

  it('is no explicit key', () => {
    expect(encodeKey(keyOf(1))).not.toBe(keyOf(1));
    expect(encodeKey(['UserService.find', '%(1)'])).not.toBe(keyOf(1));
  });

  const shared = { a: 1 };
  it.each<[string, unknown[], unknown[]]>([
    ['NaN and NaN', [NaN], [0 / 0]],
    ['properties in any order', [{ a: 1, b: [2] }], [{ b: [2], a: 1 }]],
    [
      'a Map in any order',
      [
        new Map([
          [1, 'a'],
          [2, 'b'],
        ]),
      ],
      [
        new Map([
          [2, 'b'],
          [1, 'a'],
        ]),
      ],
    ],
    ['a Set in any order', [new Set(['a', { b: 1 }])], [new Set([{ b: 1 }, 'a'])]],
    ['a hole and undefined', [new Array(2)], [[undefined, undefined]]],
    ['invalid dates', [new Date(NaN)], [new Date('no date')]],
    ['an object without prototype', [Object.assign(Object.create(null), { a: 1 })], [{ a: 1 }]],
    ['an object on an empty one', [Object.assign(Object.create(Object.create(null)), { a: 1 })], [{ a: 1 }]],
    ['an object twice and its copy', [[shared, shared]], [[{ a: 1 }, { a: 1 }]]],
    ['instances', [Object.assign(new Dto(), { a: 1 })], [Object.assign(new Dto(), { a: 1 })]],
    ['instances with private methods', [new Range(1)], [new Range(1)]],
    [
      'objects of another realm',
      [runInNewContext('({ a: [new Date(0), new Map()] })')],
      [{ a: [new Date(0), new Map()] }],
    ],
    ['bytes at another offset', [Buffer.from('xab').subarray(1)], [Buffer.from('ab')]],
    ['URLs', [new URL('http://h')], [new URL('http://h/')]],
  ])('takes for equal: %s', (_, one, other) => {
    expect(keyOf(...one)).toBe(keyOf(...other));
  });

  const distinct: unknown[][] = [
    [],
    [undefined],
    [undefined, undefined],
    ...[null, 'null', 'undefined', '', 0, -0, '0', '-0', 0n, '0n', 1, '1', 1n, true, 'true', false].map(
      (x) => [x],
    ),
    ...[NaN, 'NaN', Infinity, -Infinity, "'", "','", ',', ':', '%', '%27', '%3A', '()', '\0', '\ud800'].map(
      (x) => [x],
    ),
    ...['\ud801', '\udc00', '\ufffd', '😀', 'a,b', "a','b"].map((x) => [x]),
    ['a', 'b'],
    [['a', 'b']],
    [['a'], 'b'],
    [['a', ['b']]],
    [[]],
    [[[]]],
    [[], []],
    [{}],
    [[undefined]],
    [{ a: undefined }],
    [{ a: null }],
    [{ a: 1, b: 2 }],
    [{ a: { b: 2 } }],
    [{ 'a=1,b': 2 }],
    [{ "a'=1,'b": 2 }],
    [{ 0: 'a' }],
    [new Dto()],
    [new OtherDto()],
    [Object.assign(new Dto(), { a: 1 })],
    [{ a: 1 }],
    [[['a', 1]]],
    [new Map([['a', 1]])],
    [new Map([['a', new Map([['b', 1]])]])],
    [new Set(['a', 1])],
    [new Set([['a', 1]])],
    [new Set()],
    [new Map()],
    [new Date(0)],
    [new Date(NaN)],
    [new Day(0)],
    ['#Date(0)'],
    [/a/],
    [/a/g],
    [/a,g/],
    [Object.assign(/a/g, { lastIndex: 1 })],
    [new URL('http://h/')],
    ['http://h/'],
    [Buffer.from('ab')],
    [new Uint8Array([97, 98])],
    [new Int8Array([97, 98])],
    [new Uint8Array([97, 98]).buffer],
    [new DataView(new Uint8Array([97, 98]).buffer)],
    [Buffer.alloc(40)],
    [Buffer.alloc(41)],
    [new Float64Array([0])],
    [new Float64Array([-0])],
    [[1, 2]],
    [Ids.of(1, 2)],
    [new Range(1)],
    [new Range(2)],
  ];
  it('keeps apart all that differs', () => {
    const keys = distinct.map((args) => keyOf(...args));
    expect(keys.filter((key, index) => keys.indexOf(key) !== index)).toEqual([]);
  });

  const self: Record<string, unknown> = {};
  self['self'] = { self };
  it.each<[string, unknown]>([
    ['holds a function', () => 1],
    ['holds a function', { callback: () => 1 }],
    ['holds a symbol', Symbol('s')],
    ['a property named by a symbol', { [Symbol('s')]: 1 }],
    ['holds a promise', Promise.resolve()],
    ['holds a stream', Readable.from([])],
    ['holds a stream', of(1)],
    ['an instance of ReadableStream', new ReadableStream()],
    ['an instance of WeakMap', new WeakMap()],
    ['an instance of Error', new Error('ann@example.org')],
    ['an instance of String', Object('boxed')],
    ['an instance of Money, whose private fields cannot be read', new Money(1)],
    ['an instance of Price, whose private fields cannot be read', new Price(1)],
    ['an instance of Compiled, whose private fields cannot be read', new Compiled()],
    ['a prototype of its own', Object.create({ a: 1 })],
    ['an array with properties of its own', Object.assign([1], { total: 9 })],
    ['an instance of Date with properties of its own', Object.assign(new Date(0), { zone: 'UTC' })],
    ['contains itself', self],
    ['is nested more than 32 levels deep', deep(33)],
  ])('refuses an argument and says it %s', (message, arg) => {
    const build = (): string => keyOf('fine', arg);
    expect(build).toThrow(expect.objectContaining({ code: 'E_KEY_INVALID' }));
    expect(build).toThrow(/^Argument 1 of UserService\.find .*give @Cached a key/);
    expect(build).toThrow(message);
    expect(build).not.toThrow(/ann@/);
  });

  it('goes 32 levels deep', () => {
    expect(keyOf(deep(32))).not.toBe(keyOf(deep(31)));
  });
});
