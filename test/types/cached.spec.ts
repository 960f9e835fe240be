import { describe, it } from '@jest/globals';
import { expectTypeOf } from 'expect-type';
import { Cached } from '../../src/cache/decorators/cached.decorator.js';
import { InvalidateCache } from '../../src/cache/decorators/invalidate-cache.decorator.js';

interface User {
  readonly id: string;
}

const SYMBOL = Symbol('find');

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

      @Cached({ key: (id: string | number) => ['user', id] })
      async wider(id: string): Promise<string> {
        return Promise.resolve(id);
      }

      @Cached({ key: (...ids: string[]) => ids })
      async rest(...ids: string[]): Promise<string[]> {
        return Promise.resolve(ids);
      }

      @Cached()
      async generic<T>(value: T): Promise<T> {
        return Promise.resolve(value);
      }

      @Cached({ key: 'this:{id}' })
      async [SYMBOL](this: Users, id: string): Promise<User | null> {
        return this.find(id);
      }

      @InvalidateCache({
        tags: (user: User) => [user.id],
        keys: (user: User, ...pages: number[]) => pages.map((page) => ['user', user.id, page]),
      })
      async move(_user: User, _from: number, _to: number): Promise<void> {
        return Promise.resolve();
      }
    }
    expectTypeOf<Users['generic']>().toBeCallableWith(1);
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

        // @ts-expect-error the method may return no promise
        @Cached()
        maybe(): Promise<number> | number {
          return 1;
        }

        // @ts-expect-error the condition takes a number, the method a string
        @Cached({ condition: (id: number) => id > 0 })
        async wrongCondition(id: string): Promise<string> {
          return Promise.resolve(id);
        }

        // @ts-expect-error the argument may be missing, which the key function does not expect
        @Cached({ key: (id: string) => ['user', id] })
        async optional(id?: string): Promise<void> {
          await Promise.resolve(id);
        }

        // @ts-expect-error an object is no part of a key
        @Cached({ key: (id: string) => [{ id }] })
        async objectKey(id: string): Promise<string> {
          return Promise.resolve(id);
        }

        // @ts-expect-error a property is no method
        @Cached()
        property = async () => Promise.resolve(1);

        // @ts-expect-error the tags function takes a number, the method a string
        @InvalidateCache({ tags: (id: number) => [`${id}`] })
        async wrongTags(id: string): Promise<string> {
          return Promise.resolve(id);
        }

        // @ts-expect-error the method has no second parameter
        @InvalidateCache({ keys: (id: string, page: number) => [['user', id, page]] })
        async tooFewForKeys(id: string): Promise<string> {
          return Promise.resolve(id);
        }

        // @ts-expect-error there is no such option
        @InvalidateCache({ key: 'user:{id}' })
        async unknownToInvalidate(id: string): Promise<string> {
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
