import { describe, it } from '@jest/globals';
import { expectTypeOf } from 'expect-type';
import { Cached } from '../../src/cache/cached.decorator.js';
import { InvalidateCache } from '../../src/cache/invalidate-cache.decorator.js';

interface User {
  readonly id: string;
}

describe('the types of @Cached and @InvalidateCache', () => {
  it('accept methods that return promises and functions that take what they take', () => {
    class Users {
      @Cached()
      async plain(): Promise<User[]> {
        return Promise.resolve([]);
      }

      @Cached('1h')
      async shorthand(id: string): Promise<User | null> {
        return Promise.resolve({ id });
      }

      @Cached({
        key: (id: string) => ['user', id],
        tags: (id: string, page?: number) => ['users', `${id}:${page ?? 0}`],
        condition: (id: string) => id !== '',
        unless: (user: User | null) => user === null,
        ttl: '1h',
      })
      async find(id: string, _page?: number): Promise<User | null> {
        return Promise.resolve({ id });
      }

      @InvalidateCache({ keys: (user: User) => [['user', user.id]], tags: ['users'] })
      async update(user: User): Promise<User> {
        return Promise.resolve(user);
      }
    }
    expectTypeOf<Users['find']>().returns.resolves.toEqualTypeOf<User | null>();
  });

  it('refuse what does not fit', () => {
    const refused = () => {
      class Users {
        // @ts-expect-error the method returns no promise
        @Cached('1h')
        sync(): number {
          return 1;
        }

        // @ts-expect-error the key function takes a number, the method a string
        @Cached({ key: (id: number) => ['user', id] })
        async wrongKey(id: string): Promise<string> {
          return Promise.resolve(id);
        }

        // @ts-expect-error the method has no second parameter
        @Cached({ tags: (id: string, page: number) => [`${id}:${page}`] })
        async tooFew(id: string): Promise<string> {
          return Promise.resolve(id);
        }

        // @ts-expect-error the result is a text
        @Cached({ unless: (result: number) => result > 1 })
        async wrongResult(): Promise<string> {
          return Promise.resolve('');
        }

        // @ts-expect-error there is no such option
        @Cached({ tll: '1h' })
        async unknownOption(): Promise<void> {
          await Promise.resolve();
        }

        // @ts-expect-error there is no such duration
        @Cached('1 hour')
        async wrongDuration(): Promise<void> {
          await Promise.resolve();
        }

        // @ts-expect-error the key function takes a number, the method a string
        @InvalidateCache({ keys: (id: number) => [['user', id]] })
        async wrongKeys(id: string): Promise<string> {
          return Promise.resolve(id);
        }

        // @ts-expect-error the method returns no promise
        @InvalidateCache({ tags: ['users'] })
        syncUpdate(): void {}
      }
      return Users;
    };
    expectTypeOf(refused).toBeFunction();
  });
});
