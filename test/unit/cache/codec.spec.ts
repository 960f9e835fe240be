import { runInNewContext } from 'node:vm';
import { describe, expect, it } from '@jest/globals';
import { CacheCodecError } from '../../../src/cache/cache.errors.js';
import type { Codec } from '../../../src/cache/codec/codec.js';
import { ValueCodec, type EncodedValue } from '../../../src/cache/codec/value-codec.js';
import { resolveEntry, type CacheStorageOptions } from '../../../src/cache/entry/entry-options.js';
import { NO_FRESHNESS } from '../../../src/cache/entry/freshness.options.js';
import { EntityGraph } from '../../../src/cache/entity/entity-graph.js';

const DEFAULTS = {
  ttlMs: 1_000,
  freshness: NO_FRESHNESS,
  entities: new EntityGraph(undefined),
  canEncrypt: true,
};
const values = new ValueCodec({ compressAbove: null, cipher: null });
const formOf = (options: CacheStorageOptions = {}) => resolveEntry(options, DEFAULTS);
const encodeValue = (value: unknown, codec?: Codec) =>
  values.encode(value, formOf(codec && { codec }), 'key');
const decodeValue = (encoded: EncodedValue, codec?: Codec) =>
  values.decode(encoded, formOf(codec && { codec }), 'key');

const roundTrip = (value: unknown) => decodeValue(encodeValue(value));

describe('plain JSON', () => {
  it.each([
    ['an object', { id: 1, name: 'x', tags: ['a', null, true], nested: { price: 1.5 } }],
    ['an array', [1, 'two', null]],
    ['a text', 'text with "quotes" and \n lines'],
    ['a lone surrogate', '\ud800'],
    ['null', null],
    ['zero', 0],
    ['an object without a prototype', Object.assign(Object.create(null) as object, { a: 1 })],
    ['a property called $', { $: 'Date', v: 5 }],
  ])('stores %s as JSON.stringify would', (_, value) => {
    expect(encodeValue(value)).toEqual({ body: JSON.stringify(value) });
    expect(roundTrip(value)).toEqual(value);
  });

  it('stores an instance by its properties', () => {
    class Point {
      constructor(
        readonly x: number,
        readonly y: number,
      ) {}
    }
    expect(encodeValue(new Point(1, 2))).toEqual({ body: '{"x":1,"y":2}' });
  });
});

describe('what JSON loses', () => {
  const bytes = Uint8Array.from([0, 1, 254, 255]);
  it.each<[string, unknown]>([
    ['undefined', undefined],
    ['an undefined property', { a: undefined, b: 1 }],
    ['NaN', NaN],
    ['Infinity', Infinity],
    ['-Infinity', -Infinity],
    ['-0', -0],
    ['a bigint', 2n ** 70n],
    ['a Date', new Date(1234)],
    [
      'a Map',
      new Map<unknown, unknown>([
        [{ k: 1 }, new Date(1)],
        ['x', undefined],
      ]),
    ],
    ['a Set', new Set([1, 'a', 2n])],
    ['a RegExp', /a\/b/giu],
    ['a URL', new URL('https://example.com/a?b=c#d')],
    ['URLSearchParams', new URLSearchParams('a=1&a=ü%26')],
    ['a Buffer', Buffer.from(bytes)],
    ['a Uint8Array', bytes],
    ['a view into a larger buffer', new Uint8Array(Uint8Array.from([9, 1, 2, 9]).buffer, 1, 2)],
    ['a Float64Array', Float64Array.from([1.5, NaN, -0])],
    ['a BigInt64Array', BigInt64Array.from([-1n, 5n])],
    ['an ArrayBuffer', bytes.slice().buffer],
    ['a hole', [1, undefined, 3]],
    ['a $ beside a Date', { $: 'Map', v: [[1, 2]], at: new Date(5) }],
    ['nested ones', { list: [{ at: new Date(1), by: new Map([['a', new Set([1n])]]) }] }],
  ])('comes back: %s', (_, value) => {
    expect(roundTrip(value)).toStrictEqual(value);
  });

  it('keeps -0 and the class of what it stores', () => {
    expect(Object.is(roundTrip(-0), -0)).toBe(true);
    expect((roundTrip(new Date(NaN)) as Date).getTime()).toBeNaN();
    expect(Buffer.isBuffer(roundTrip(Buffer.from('x')))).toBe(true);
    expect(Buffer.isBuffer(roundTrip(Uint8Array.from([1])))).toBe(false);
  });

  it('calls toJSON of a class of the application', () => {
    const money = { amount: 5n, toJSON: () => ({ amount: 5n, currency: 'EUR' }) };
    expect(roundTrip({ price: money })).toEqual({ price: { amount: 5n, currency: 'EUR' } });
  });
});

describe('errors', () => {
  it('come back with class, name, message, cause and own properties, without the stack', () => {
    const cause = new RangeError('too far');
    const error = Object.assign(new TypeError('bad', { cause }), { code: 'E_BAD', at: new Date(3) });
    const back = roundTrip(error) as TypeError & { code: string; at: Date };
    expect(back).toBeInstanceOf(TypeError);
    expect(back).toMatchObject({ name: 'TypeError', message: 'bad', code: 'E_BAD', at: new Date(3) });
    expect(back.cause).toBeInstanceOf(RangeError);
    expect(back.stack).toBe('TypeError: bad');
    expect(Object.keys(back)).toEqual(['code', 'at']);
  });

  it('of the application come back as errors of that name', () => {
    class SoldOutError extends Error {
      override name = 'SoldOutError';
    }
    const back = roundTrip(new SoldOutError('gone')) as Error;
    expect(back).toBeInstanceOf(Error);
    expect(back).toMatchObject({ name: 'SoldOutError', message: 'gone' });
  });

  it('come back in aggregates', () => {
    const back = roundTrip(
      new AggregateError([new Error('a'), new TypeError('b')], 'both'),
    ) as AggregateError;
    expect(back.message).toBe('both');
    expect(back.errors.map((error: Error) => error.constructor.name)).toEqual(['Error', 'TypeError']);
  });
});

describe('what is not stored as it is', () => {
  it('is left out, as by JSON, or read once', () => {
    const symbol = Symbol('about');
    expect(Reflect.ownKeys(roundTrip({ a: 1, [symbol]: 2 }) as object)).toEqual(['a']);
    expect(roundTrip(Object.assign([1, 2], { total: 3 }))).toStrictEqual([1, 2]);
    let reads = 0;
    const lazy = {
      get now() {
        return new Date(++reads);
      },
    };
    expect(Object.getOwnPropertyDescriptor(roundTrip(lazy), 'now')?.value).toEqual(expect.any(Date));
  });

  it('is made plain: an object without a prototype, a proxy, an instance of an empty realm', () => {
    const bare = Object.assign(Object.create(null) as object, { at: new Date(1) });
    expect(Object.getPrototypeOf(roundTrip(bare))).toBe(Object.prototype);
    expect(roundTrip(new Proxy({ at: new Date(1) }, {}))).toStrictEqual({ at: new Date(1) });
    expect(roundTrip(runInNewContext('({ nothing: {}, list: [] })'))).toEqual({ nothing: {}, list: [] });
  });

  it('is an undefined where an array has a hole', () => {
    // eslint-disable-next-line no-sparse-arrays -- it is what this is about
    expect(roundTrip([1, , 3])).toStrictEqual([1, undefined, 3]);
  });
});

describe('refusals', () => {
  class Vault {
    readonly name = 'vault';
    readonly #secret = 1;
    open(): number {
      return this.#secret;
    }
  }
  class LargeVault extends Vault {}
  class Nothing {}
  const cycle: Record<string, unknown> = { at: new Date() };
  cycle['self'] = cycle;
  const loop = new Map<string, unknown>();
  loop.set('self', [loop]);
  it.each<[string, unknown]>([
    ['a function', () => 1],
    ['a function within', { run: () => 1 }],
    ['a symbol', Symbol('x')],
    ['a promise', { later: Promise.resolve(1) }],
    ['a WeakMap', new WeakMap()],
    ['a WeakRef', new WeakRef({})],
    ['Headers', { headers: new Headers({ a: '1' }) }],
    ['a Blob', new Blob(['x'])],
    ['an AbortSignal', new AbortController().signal],
    ['a format of Intl', new Intl.NumberFormat('de')],
    ['a generator', [1].values()],
    ['a SharedArrayBuffer', new SharedArrayBuffer(1)],
    ['a number as an object', Object(1)],
    ['a proxy of a Map', new Proxy(new Map(), {})],
    ['a proxy of a promise', new Proxy(Promise.resolve(1), {})],
    ['private fields', { vault: new Vault() }],
    ['inherited private fields', new LargeVault()],
    ['an instance that shows nothing', [new Nothing()]],
    ['an object whose data are its prototype', Object.create({ a: 1 })],
    ['a cycle', cycle],
    ['a cycle by way of a Map', loop],
  ])('refuses %s', (_, value) => {
    expect(() => encodeValue(value)).toThrow(CacheCodecError);
  });

  it('name the class, and take what an instance says of itself', () => {
    expect(() => encodeValue({ headers: new Headers() })).toThrow('holds an instance of Headers');
    class Money {
      readonly #cents = 500;
      toJSON() {
        return { cents: this.#cents };
      }
    }
    expect(roundTrip([new Money()])).toEqual([{ cents: 500 }]);
  });

  it.each([
    ['broken JSON', { body: '{"a":' }],
    ['an unknown kind', { codec: 'rich', body: '{"$":"Temporal","v":1}' }],
    ['an unknown class of bytes', { codec: 'rich', body: '{"$":"Binary","v":["constructor","AA=="]}' }],
    ['a kind named like an inherited property', { codec: 'rich', body: '{"$":"constructor","v":1}' }],
    ['another codec', { codec: 'msgpack', body: 'x' }],
    ['nesting without end', { codec: 'rich', body: '['.repeat(100_000) }],
  ])('throws a codec error for %s', (_, stored) => {
    expect(() => decodeValue(stored)).toThrow(CacheCodecError);
  });
});

describe('prototype pollution', () => {
  it.each([
    ['plain JSON', { body: '{"__proto__":{"polluted":true}}' }],
    [
      'rich JSON',
      { codec: 'rich', body: '{"__proto__":{"polluted":{"$":"Date","v":null}},"a":{"$":"undefined"}}' },
    ],
  ])('cannot come from %s', (_, stored) => {
    const value = decodeValue(stored) as object;
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    expect(Object.hasOwn(value, '__proto__')).toBe(true);
  });

  it('cannot come from an own property of an error', () => {
    const value = decodeValue({
      codec: 'rich',
      body: '{"$":"Error","v":{"name":"Error","message":"m","own":{"__proto__":{"x":1}}}}',
    });
    expect(Object.getPrototypeOf(value)).toBe(Error.prototype);
  });
});

describe('a codec of the application', () => {
  const upper: Codec<string> = {
    name: 'upper',
    encode: (text) => text.toUpperCase(),
    decode: (text) => text.toLowerCase(),
  };
  it('writes and reads, and marks what it wrote', () => {
    const stored = encodeValue('abc', upper);
    expect(stored).toEqual({ codec: 'upper', body: 'ABC' });
    expect(decodeValue(stored, upper as Codec)).toBe('abc');
    expect(() => decodeValue(stored)).toThrow(CacheCodecError);
    expect(() => decodeValue({ body: '"abc"' }, upper as Codec)).toThrow(CacheCodecError);
  });
});
