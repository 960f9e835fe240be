import { describe, expect, it } from '@jest/globals';
import { CacheCodecError } from '../../../src/cache/cache.errors.js';
import { findProblems } from '../../../src/common/option-validation.js';
import { InvalidOptionsError } from '../../../src/common/errors.js';
import { CacheModuleOptions, resolveCacheOptions } from '../../../src/cache/cache.options.js';
import { ValueCipher } from '../../../src/cache/codec/value-cipher.js';
import { ValueCodec, type EncodedValue } from '../../../src/cache/codec/value-codec.js';
import { NO_FRESHNESS } from '../../../src/cache/entry/freshness.options.js';
import { EntityGraph } from '../../../src/cache/entity/entity-graph.js';
import { resolveEntry, type CacheStorageOptions } from '../../../src/cache/entry/entry-options.js';

const OLD_KEY = 'an old key that is random, long, and put here by a test only';
const NEW_KEY = 'a new key that is random, long, and put here by a test only';
const DEFAULTS = {
  ttlMs: 1_000,
  freshness: NO_FRESHNESS,
  entities: new EntityGraph(undefined),
  canEncrypt: true,
};

class User {
  constructor(
    readonly name: string,
    readonly password: string,
  ) {}

  greet(): string {
    return `I am ${this.name}`;
  }
}

class Order {
  constructor(
    readonly buyer: User,
    readonly lines: readonly { at: Date }[],
  ) {}
}

function codecWith({ keys = [] as string[], above = null as number | null } = {}) {
  const values = new ValueCodec({
    compressAbove: above,
    cipher: keys.length > 0 ? new ValueCipher(keys) : null,
  });
  const form = (options?: CacheStorageOptions) => resolveEntry(options, DEFAULTS);
  return {
    encode: (value: unknown, options?: CacheStorageOptions, key = 'app:cache:user') =>
      values.encode(value, form(options), key),
    decode: (encoded: EncodedValue, options?: CacheStorageOptions, key = 'app:cache:user') =>
      values.decode(encoded, form(options), key),
  };
}

describe('as', () => {
  const { encode, decode } = codecWith();
  const roundTrip = (value: unknown, as: NonNullable<CacheStorageOptions['as']>) =>
    decode(encode(value, { as }), { as });

  it('makes instances of a class, alone and in an array', () => {
    const users = roundTrip([new User('Ada', 'x'), new User('Bo', 'y')], User) as User[];
    expect(users).toEqual([new User('Ada', 'x'), new User('Bo', 'y')]);
    expect(users[1]).toBeInstanceOf(User);
    expect(users[0]?.greet()).toBe('I am Ada');
  });

  it('makes instances of members, in a class and without one', () => {
    const order = new Order(new User('Ada', 'x'), [{ at: new Date(5) }]);
    const page = roundTrip({ items: [order], total: 1 }, { items: [Order, { buyer: User }] });
    expect(page).toStrictEqual({ items: [order], total: 1 });
  });

  it('leaves alone what is no plain object', () => {
    expect(roundTrip(null, User)).toBeNull();
    expect(roundTrip(undefined, User)).toBeUndefined();
    expect(roundTrip(new Date(5), User)).toStrictEqual(new Date(5));
    expect(roundTrip({ other: 1 }, { items: User })).toStrictEqual({ other: 1 });
  });

  it('does not take a member from a prototype', () => {
    expect(roundTrip({}, { constructor: User })).toStrictEqual({});
  });
});

describe('version', () => {
  const { encode, decode } = codecWith();
  it('is written, and refuses what another one wrote', () => {
    const stored = encode({ a: 1 }, { version: 2 });
    expect(stored).toEqual({ version: '2', body: '{"a":1}' });
    expect(decode(stored, { version: '2' })).toEqual({ a: 1 });
    expect(() => decode(stored, { version: 3 })).toThrow('written by another version');
    expect(() => decode(stored)).toThrow(CacheCodecError);
    expect(() => decode({ body: '{}' }, { version: 2 })).toThrow(CacheCodecError);
  });
});

describe('schema', () => {
  const { encode, decode } = codecWith();
  const stored = encode({ name: 'Ada' });

  it('refuses by a function', () => {
    expect(decode(stored, { schema: () => true })).toEqual({ name: 'Ada' });
    expect(() => decode(stored, { schema: () => false })).toThrow('does not fit its schema');
  });

  it('turns what throws into a codec error', () => {
    const schema = () => {
      throw new Error('bug');
    };
    expect(() => decode(stored, { schema })).toThrow(CacheCodecError);
  });

  it('refuses, or migrates, by a Standard Schema', () => {
    const with_ = (validate: (value: unknown) => unknown) => ({ schema: { '~standard': { validate } } });
    expect(
      decode(
        stored,
        with_((value) => ({ value: { ...(value as object), age: 0 } })),
      ),
    ).toEqual({
      name: 'Ada',
      age: 0,
    });
    expect(() =>
      decode(
        stored,
        with_(() => ({ issues: [{ message: 'no age' }] })),
      ),
    ).toThrow(CacheCodecError);
    expect(() =>
      decode(
        stored,
        with_(() => Promise.resolve({ value: 1 })),
      ),
    ).toThrow('is asynchronous');
  });
});

describe('compression', () => {
  const { encode, decode } = codecWith({ above: 100 });
  const long = { text: 'again and again, '.repeat(200) };

  it('shortens what is long, and gives it back', () => {
    const stored = encode(long);
    expect(stored.zip).toBe('deflate');
    expect(stored.body.length).toBeLessThan(300);
    expect(decode(stored)).toEqual(long);
  });

  it('leaves alone what is short, what does not get shorter, and what is not to be compressed', () => {
    const noise = Array.from({ length: 300 }, (_, i) => String.fromCodePoint(0x4e00 + ((i * 7919) % 20_000)));
    expect(encode('short')).toEqual({ body: '"short"' });
    expect(encode(noise.join('').slice(0, 60))).not.toHaveProperty('zip');
    expect(encode(long, { compress: false })).not.toHaveProperty('zip');
  });

  it('reads what was compressed after it was switched off', () => {
    expect(codecWith().decode(encode(long))).toEqual(long);
  });

  it('throws a codec error for bytes that are not compressed', () => {
    expect(() => decode({ zip: 'deflate', body: 'AAAA' })).toThrow(CacheCodecError);
  });
});

describe('encryption', () => {
  const { encode, decode } = codecWith({ keys: [NEW_KEY, OLD_KEY], above: 100 });
  const secret = { iban: 'DE02 1203 0000 0000 2020 51', at: new Date(5) };

  it('hides the value, differently each time, and gives it back', () => {
    const stored = encode(secret);
    expect(stored.codec).toBe('rich');
    expect(Buffer.from(stored.body, 'base64').toString('latin1')).not.toContain('DE02');
    expect(JSON.stringify(stored)).not.toContain('1203');
    expect(encode(secret).body).not.toBe(stored.body);
    expect(decode(stored)).toEqual(secret);
  });

  it('compresses before it encrypts', () => {
    const stored = encode('again '.repeat(500));
    expect(stored).toMatchObject({ zip: 'deflate', cipher: expect.any(String) });
    expect(decode(stored)).toBe('again '.repeat(500));
  });

  it('reads in another process, and with a new key before the old one', () => {
    const before = codecWith({ keys: [OLD_KEY] }).encode(secret);
    expect(decode(before)).toEqual(secret);
    expect(codecWith({ keys: [NEW_KEY] }).decode(encode(secret))).toEqual(secret);
    expect(() => codecWith({ keys: [NEW_KEY] }).decode(before)).toThrow("not in 'cache.encryption.keys'");
  });

  it.each<[string, (stored: EncodedValue) => [EncodedValue, string?]]>([
    ['under another key', (stored) => [stored, 'app:cache:other']],
    ['as another codec', ({ codec: _, ...stored }) => [stored]],
    ['with a byte changed', (stored) => [{ ...stored, body: flipped(stored.body, 20) }]],
    ['with a byte of its tag changed', (stored) => [{ ...stored, body: flipped(stored.body, -1) }]],
    ['cut off', (stored) => [{ ...stored, body: stored.body.slice(0, 12) }]],
    ['without its cipher', ({ cipher: _, ...stored }) => [stored]],
    ['as plain JSON', () => [{ body: '{"iban":"mine"}' }]],
    ['with a made-up cipher', (stored) => [{ ...stored, cipher: 'constructor.' }]],
  ])('refuses a value %s', (_, change) => {
    const [stored, key] = change(encode(secret));
    expect(() => decode(stored, {}, key)).toThrow(CacheCodecError);
  });

  it('is left out for an entry that says so, which then reads only what is not encrypted', () => {
    const stored = encode({ a: 1 }, { encrypt: false });
    expect(stored).toEqual({ body: '{"a":1}' });
    expect(decode(stored, { encrypt: false })).toEqual({ a: 1 });
    expect(() => decode(encode({ a: 1 }), { encrypt: false })).toThrow(CacheCodecError);
  });

  it('is refused where no key is configured', () => {
    const resolve = () => resolveEntry({ encrypt: true }, { ...DEFAULTS, canEncrypt: false });
    expect(resolve).toThrow(InvalidOptionsError);
    expect(resolve).toThrow("set the module's option 'cache.encryption'");
  });
});

describe('module options', () => {
  it('compress above a kilobyte, or as told', () => {
    expect(resolveCacheOptions().compressAbove).toBeNull();
    expect(resolveCacheOptions({ compression: true }).compressAbove).toBe(1_024);
    expect(resolveCacheOptions({ compression: { above: 0 } }).compressAbove).toBe(0);
  });

  it.each([
    [{ compression: { above: -1 } }, 'compression'],
    [{ compression: { over: 1 } }, 'compression'],
    [{ encryption: { keys: [] } }, 'encryption'],
    [{ encryption: { keys: ['too short'] } }, 'encryption'],
    [{ encryption: { keys: [OLD_KEY, OLD_KEY] } }, 'encryption'],
    [{ encryption: [OLD_KEY] }, 'encryption'],
  ])('refuse %j, and show no key', (raw, path) => {
    const problems = findProblems(CacheModuleOptions, raw, '');
    expect(problems).toEqual([{ path, message: expect.stringContaining('must be') }]);
    expect(JSON.stringify(problems)).not.toMatch(/too short|old key/);
  });
});

function flipped(base64: string, at: number): string {
  const bytes = Buffer.from(base64, 'base64');
  const index = at < 0 ? bytes.length + at : at;
  bytes.writeUInt8(bytes.readUInt8(index) ^ 1, index);
  return bytes.toString('base64');
}
