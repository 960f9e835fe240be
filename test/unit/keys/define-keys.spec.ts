import { describe, expect, it } from '@jest/globals';
import { defineKeys } from '../../../src/common/keys/define-keys.js';
import { describeKeys } from '../../../src/common/keys/describe-keys.js';
import { encodeKey, encodePattern } from '../../../src/common/keys/key-encoding.js';
import { KeySpace } from '../../../src/common/keys/key-space.js';

const keys = defineKeys(
  {
    cache: {
      user: { params: ['id'], ttl: '1h', description: 'A user.' },
      search: { params: ['kind', 'text'] },
      byEmail: { params: [{ name: 'email', personal: true }] },
      categories: { ttl: 60_000 },
    },
    lock: { stock: { params: ['product'], ttl: '30s' } },
    code: { reset: { params: [{ name: 'email', personal: true }] } },
  },
  { secret: () => 'of this test' },
);

describe('defineKeys', () => {
  it('builds cache keys that keep ids apart', () => {
    expect(keys.cache.user(7)).toEqual(['user', 7]);
    expect(encodeKey(keys.cache.user(7n))).toBe('user:7');
    expect(encodeKey(keys.cache.categories())).toBe('categories');
    expect(encodeKey(keys.cache.search('a:b', 'c'))).not.toBe(encodeKey(keys.cache.search('a', 'b:c')));
    expect(encodeKey(keys.cache.search('*', '{x}'))).toBe('search:%2A:%7Bx%7D');
  });

  it('builds texts for the families that are named by texts', () => {
    expect(keys.lock.stock(7)).toBe('stock:7');
    expect(keys.lock.stock('a:b')).toBe('stock:a%3Ab');
    expect(keys.lock.stock('a%3Ab')).toBe('stock:a%253Ab');
    expect(keys.lock.stock('a*b')).toBe('stock:a*b');
  });

  it('carries what holds for every key of a kind', () => {
    expect({ ...keys.cache.user }).toMatchObject({
      name: 'user',
      family: 'cache',
      ttl: '1h',
      dataClass: 'cache',
    });
    expect({ ...keys.lock.stock }).toMatchObject({
      name: 'stock',
      family: 'lock',
      ttl: '30s',
      dataClass: 'state',
    });
    expect(keys.cache.search.ttl).toBeUndefined();
  });

  it('makes patterns of all keys of a kind, or of those that begin alike', () => {
    expect(keys.cache.search.pattern()).toBe('search:*');
    expect(keys.cache.search.pattern('books')).toBe('search:books:*');
    expect(keys.cache.categories.pattern()).toBe('categories');
    expect(encodePattern(keys.cache.search.pattern('a:*'))).toBe('search:a%3A%2A:*');
    expect(encodePattern(keys.cache.search.pattern('a', 'b?'))).toBe(encodeKey(keys.cache.search('a', 'b?')));
  });

  it("names the slot of a thing's keys", () => {
    const key = encodeKey(keys.lock.stock('a:b'));
    expect(new KeySpace('shop').tagged('lock', key, 'fence')).toContain(keys.lock.stock.slotTag('a:b'));
    expect(keys.cache.user.slotTag(7)).toBeNull();
  });

  it('lets personal ids in only as an HMAC', () => {
    const [, subject] = keys.cache.byEmail('ann@example.org');
    expect(subject).toMatch(/^[\w-]{22}$/);
    expect(keys.cache.byEmail('ann@example.org')).toEqual(['byEmail', subject]);
    expect(keys.code.reset('ann@example.org')).toMatch(/^reset:[\w-]{22}$/);
    expect(keys.code.reset('ann@example.org')).not.toContain(subject);
  });

  it('asks for a late secret only when it signs', () => {
    const late = defineKeys(
      { code: { reset: { params: ['id', { name: 'email', personal: true }] } } },
      { secret: () => '' },
    );
    expect(() => late.code.reset(1, 'ann@example.org')).toThrow('the secret to sign it with is empty');
  });

  it.each<[unknown[], string]>([
    [[undefined, 'text'], "Id 'kind' of keys.cache.search is undefined"],
    [['books', { email: 'ann@example.org' }], "Id 'text' of keys.cache.search is an object"],
    [['books', NaN], 'is NaN'],
    [['books'], 'takes 2 ids (kind, text), but was given 1'],
    [['books', 'a', 'b'], 'but was given 3'],
  ])('refuses the ids %p', (ids, message) => {
    const build = (): unknown => (keys.cache.search as (...ids: unknown[]) => unknown)(...ids);
    expect(build).toThrow(expect.objectContaining({ code: 'E_KEY_INVALID' }));
    expect(build).toThrow(message);
    expect(build).not.toThrow(/ann@/);
  });

  it('refuses an empty id only where everyone without one would share state', () => {
    expect(encodeKey(keys.cache.search('books', ''))).toBe('search:books:');
    expect(() => keys.lock.stock('')).toThrow("Id 'product' of keys.lock.stock is empty");
  });

  it('lists every definition that cannot be used', () => {
    const define = (): unknown =>
      defineKeys({
        cash: {},
        cache: {
          'a:b': {},
          user: { tll: '1h', ttl: 'soon', params: ['id', 'id', 'the id', { name: 'email', personal: true }] },
        },
      } as never);
    expect(define).toThrow(expect.objectContaining({ code: 'E_OPTIONS_INVALID' }));
    const problems = [
      'cash: is no key family; the families are cache, session',
      'cache.a:b: cannot be used',
      'cache.user.tll: is no option here; the options are params, ttl, description',
      "cache.user.ttl: must be a positive number of milliseconds or a text such as '500ms'",
      "cache.user.params[1]: repeats the name 'id'",
      'cache.user.params[2]: cannot be used',
      'cache.user.params[3]: is personal and needs the option secret of defineKeys',
    ];
    for (const problem of problems) expect(define).toThrow(problem);
  });
});

describe('describeKeys', () => {
  it('lists every key with its policy', () => {
    expect(describeKeys(keys)).toContainEqual({
      family: 'cache',
      name: 'user',
      form: 'cache:user:<id>',
      dataClass: 'cache',
      ttl: '1h',
      slotTag: null,
      description: 'A user.',
    });
    expect(describeKeys(keys)).toContainEqual(
      expect.objectContaining({ form: 'code:reset:<#email>', ttl: null, slotTag: '{reset:<#email>}' }),
    );
    expect(describeKeys(keys)).toHaveLength(6);
  });
});
