import { describe, it } from '@jest/globals';
import { expectTypeOf } from 'expect-type';
import type { CacheKey, KeySegment } from '../../src/common/keys/cache-key.js';
import { defineKeys } from '../../src/common/keys/define-keys.js';
import { describeKeys, type KeyDescription } from '../../src/common/keys/describe-keys.js';

const keys = defineKeys(
  {
    cache: {
      user: { params: ['id'], ttl: '1h' },
      search: { params: ['kind', { name: 'email', personal: true }], description: 'Results of a search.' },
      categories: { ttl: 60_000 },
    },
    lock: { payout: { params: ['creator'] } },
  },
  { secret: 'of this test' },
);

describe('the type of defineKeys', () => {
  it('is known when the file compiles', () => {
    expectTypeOf(keys.cache.user).parameters.toEqualTypeOf<[KeySegment]>();
    expectTypeOf(keys.cache.user(1)).toEqualTypeOf<readonly ['user', KeySegment]>();
    expectTypeOf(keys.cache.user(1)).toExtend<CacheKey>();
    expectTypeOf(keys.cache.search).parameters.toEqualTypeOf<[KeySegment, KeySegment]>();
    expectTypeOf(keys.cache.categories).parameters.toEqualTypeOf<[]>();
    expectTypeOf(keys.cache.categories()).toEqualTypeOf<readonly ['categories']>();
    expectTypeOf(keys.lock.payout(1n)).toEqualTypeOf<string>();
  });

  it('carries the policy as written', () => {
    expectTypeOf(keys.cache.user.ttl).toEqualTypeOf<'1h'>();
    expectTypeOf(keys.cache.categories.ttl).toEqualTypeOf<60_000>();
    expectTypeOf(keys.lock.payout.ttl).toEqualTypeOf<undefined>();
    expectTypeOf(keys.cache.user.dataClass).toEqualTypeOf<'cache'>();
    expectTypeOf(keys.lock.payout.dataClass).toEqualTypeOf<'state'>();
    expectTypeOf(keys.cache.search.pattern).toBeCallableWith('kind');
    expectTypeOf(describeKeys(keys)).toEqualTypeOf<KeyDescription[]>();
  });

  it('refuses what does not exist', () => {
    expectTypeOf(keys.cache).not.toHaveProperty('shop');
    const wrong = [
      // @ts-expect-error an id is missing
      () => keys.cache.search('kind'),
      // @ts-expect-error an id too many
      () => keys.cache.user(1, 2),
      // @ts-expect-error undefined is no id
      () => keys.cache.user(undefined),
      // @ts-expect-error nor is an object
      () => keys.cache.user({ id: 1 }),
      // @ts-expect-error there is no such family
      () => defineKeys({ cash: { user: { params: ['id'] } } }),
      // @ts-expect-error there is no such option
      () => defineKeys({ cache: { user: { tll: '1h' } } }),
      // @ts-expect-error that is no duration
      () => defineKeys({ cache: { user: { ttl: '1 hour' } } }),
    ];
    expectTypeOf(wrong.length).toBeNumber();
  });
});
