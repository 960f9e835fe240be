import { describe, expect, it } from '@jest/globals';
import { expectTypeOf } from 'expect-type';
import { Cached } from '../../src/cache/decorators/cached.decorator.js';
import { defineEntities } from '../../src/cache/entity/define-entities.js';
import type { EntityRegistry } from '../../src/cache/entity/entity.options.js';
import { InvalidateCache } from '../../src/cache/decorators/invalidate-cache.decorator.js';
import type { CacheModuleOptions } from '../../src/cache/cache.options.js';

describe('the types of entities', () => {
  it('know the names', () => {
    const entities = defineEntities({
      user: { ttl: '1h' },
      asset: {
        cascadesTo: [
          {
            entity: 'user',
            ids: (id) => {
              expectTypeOf(id).toEqualTypeOf<string>();
              return [id, 7, 7n];
            },
            on: ['create'],
          },
        ],
      },
    });
    expectTypeOf(entities).toEqualTypeOf<EntityRegistry<'user' | 'asset'>>();
    expectTypeOf(entities).toExtend<NonNullable<CacheModuleOptions['entities']>>();
    expect(entities.names).toEqual(['user', 'asset']);
  });

  it('refuse what does not fit', () => {
    const refused = () => {
      // @ts-expect-error there is no such entity
      defineEntities({ user: {}, asset: { cascadesTo: [{ entity: 'uesr', ids: () => [] }] } });
      // @ts-expect-error there is no such duration
      defineEntities({ user: { ttl: '1 hour' } });
      // @ts-expect-error there is no such action
      defineEntities({ user: {}, asset: { cascadesTo: [{ entity: 'user', ids: () => [], on: ['drop'] }] } });
      // @ts-expect-error an object is no id
      defineEntities({ user: {}, asset: { cascadesTo: [{ entity: 'user', ids: () => [{}] }] } });

      class Users {
        @Cached({ entity: ['user', (id: number) => id] })
        async find(id: number): Promise<number> {
          return Promise.resolve(id);
        }

        @InvalidateCache({ entity: ['user', '{result}'], action: 'create' })
        async create(id: number): Promise<number> {
          return Promise.resolve(id);
        }

        // @ts-expect-error the id function takes a number, the method a string
        @Cached({ entity: ['user', (id: number) => id] })
        async wrongId(id: string): Promise<string> {
          return Promise.resolve(id);
        }

        // @ts-expect-error the method has no second parameter
        @InvalidateCache({ entity: ['user', (id: string, other: string) => id + other] })
        async tooFew(id: string): Promise<string> {
          return Promise.resolve(id);
        }

        // @ts-expect-error there is no such action
        @InvalidateCache({ entity: ['user', '{id}'], action: 'drop' })
        async wrongAction(id: string): Promise<string> {
          return Promise.resolve(id);
        }
      }
      return Users;
    };
    expectTypeOf(refused).toBeFunction();
  });
});
