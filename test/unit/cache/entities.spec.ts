import { describe, expect, it } from '@jest/globals';
import { walkCascades } from '../../../src/cache/entity/cascade-walk.js';
import { defineEntities } from '../../../src/cache/entity/define-entities.js';
import { EntityGraph, tagOf } from '../../../src/cache/entity/entity-graph.js';
import { InvalidOptionsError } from '../../../src/common/errors.js';
import { resolveRedisOptions } from '../../../src/redis.options.js';

const none = () => [];

function define(definitions: object): () => unknown {
  return () => defineEntities(definitions as Record<string, object>);
}

function chainOf(length: number): object {
  const names = Array.from({ length }, (_, index) => `e${index}`);
  const entries = names.map((name, index) => {
    const next = names[index + 1];
    return [name, next === undefined ? {} : { cascadesTo: [{ entity: next, ids: none }] }];
  });
  return Object.fromEntries(entries) as object;
}

describe('defineEntities', () => {
  it.each([
    [{ user: { ttl: 'soon' } }, /user\.ttl: must be/],
    [{ user: { tll: '1h' } }, /user\.tll: is no option here/],
    [{ user: null }, /user: must be an object/],
    [{ 'user:x': {} }, /user:x: is no name of an entity/],
    [{ user: { cascadesTo: {} } }, /user\.cascadesTo: must be a list/],
    [
      { user: {}, asset: { cascadesTo: [{ entity: 'uesr', ids: none }] } },
      /asset\.cascadesTo\[0\]\.entity: names no entity: 'uesr'; there are: user, asset/,
    ],
    [{ user: { cascadesTo: [null] } }, /user\.cascadesTo\[0\]: must be an object/],
    [{ user: { cascadesTo: [{ entity: 'user' }] } }, /user\.cascadesTo\[0\]\.ids: must be a function/],
    [{ user: { cascadesTo: [{ entity: 'user', ids: none, on: ['drop'] }] } }, /\.on: must be a list of/],
    [{ user: { cascadesTo: [{ entity: 'user', ids: none, on: [] }] } }, /\.on: must be a list of/],
  ])('refuses %j', (definitions, message) => {
    expect(define(definitions)).toThrow(InvalidOptionsError);
    expect(define(definitions)).toThrow(message);
  });

  it('names a cycle of cascades', () => {
    const cycle = {
      brand: { cascadesTo: [{ entity: 'a', ids: none }] },
      a: { cascadesTo: [{ entity: 'b', ids: none }] },
      b: { cascadesTo: [{ entity: 'c', ids: none, on: ['update' as const] }] },
      c: { cascadesTo: [{ entity: 'a', ids: none }] },
    };
    expect(define(cycle)).toThrow(/a → b → c → a/);
    expect(define({ a: { cascadesTo: [{ entity: 'a', ids: none }] } })).toThrow(/a → a/);
  });

  it('takes a way back for a cycle only if updates can go it', () => {
    const entities = defineEntities({
      creator: { cascadesTo: [{ entity: 'asset', ids: none }] },
      asset: { cascadesTo: [{ entity: 'creator', ids: none, on: ['create', 'delete'] }] },
    });
    expect(entities.names).toEqual(['creator', 'asset']);
  });

  it('refuses cascades that go deeper than eight entities, naming the way', () => {
    expect(define(chainOf(9))).not.toThrow();
    expect(define(chainOf(10))).toThrow(/e0: cascades deeper than 8 entities: e0 → e1 → .* → e9/);
  });

  it('makes the only thing that cache.entities takes', () => {
    const connection = 'redis://localhost';
    const resolve = (entities: unknown) => () =>
      resolveRedisOptions({ connection, cache: { entities: entities as never } });
    expect(resolve(defineEntities({ user: {} }))).not.toThrow();
    expect(resolve({ user: {} })).toThrow(/cache\.entities: must be what defineEntities returned/);
  });
});

describe('a walk along cascades', () => {
  const graph = new EntityGraph(
    defineEntities({
      brand: { cascadesTo: [{ entity: 'creator', ids: () => [1, 2] }] },
      creator: {
        cascadesTo: [
          { entity: 'asset', ids: async (id) => Promise.resolve([`${id}1`, 99n]) },
          { entity: 'list', ids: () => ['popular'] },
        ],
      },
      asset: { cascadesTo: [{ entity: 'creator', ids: (id) => [id.charAt(0)], on: ['create'] }] },
      list: {},
      broken: {
        cascadesTo: [
          { entity: 'list', ids: () => Promise.reject(new RangeError('database away')) },
          { entity: 'list', ids: () => [Number.NaN] },
          { entity: 'creator', ids: () => ['5'] },
        ],
      },
    }),
  );
  const walk = async (...change: Parameters<EntityGraph['change']>) => {
    const { touched, failed } = await walkCascades(graph, graph.change(...change));
    return { tags: touched.map(tagOf), touched, failed };
  };

  it('finds every instance once, the nearest first, and where it came from', async () => {
    const { tags, touched } = await walk('brand', 7, 'update');
    expect(tags).toEqual([
      'brand:7',
      'creator:1',
      'creator:2',
      'asset:11',
      'asset:99',
      'list:popular',
      'asset:21',
    ]);
    expect(touched.map(({ via }) => via)).toEqual([
      null,
      ...Array<object>(2).fill({ entity: 'brand', id: '7' }),
      ...Array<object>(3).fill({ entity: 'creator', id: '1' }),
      { entity: 'creator', id: '2' },
    ]);
  });

  it('heeds the action, and takes what cascades reach for updated', async () => {
    expect((await walk('asset', 11, 'update')).tags).toEqual(['asset:11']);
    const created = await walk('asset', '11', 'create');
    expect(created.tags).toEqual(['asset:11', 'creator:1', 'asset:99', 'list:popular']);
  });

  it('goes on past cascades that fail, and tells of them', async () => {
    const { tags, failed } = await walk('broken', 1, 'delete');
    expect(tags).toEqual(['broken:1', 'creator:5', 'asset:51', 'asset:99', 'list:popular']);
    expect(failed.map(({ from, to, error }) => [from, to, (error as Error).name]).sort()).toEqual([
      ['broken', 'list', 'InvalidKeyError'],
      ['broken', 'list', 'RangeError'],
    ]);
  });

  it('refuses what is not defined', () => {
    expect(() => graph.change('asst', 1, 'update')).toThrow(
      /names no entity: 'asst'; there are: brand, creator/,
    );
    expect(() => graph.change('asset', 1, 'drop' as 'delete')).toThrow(/action: must be one of create/);
    expect(() => graph.change('asset', {}, 'update')).toThrow(/id of the entity 'asset' is/);
    expect(() => new EntityGraph(undefined).instance('asset', 1)).toThrow(/give the module cache\.entities/);
  });

  it('keeps ids apart whatever they hold', () => {
    expect(tagOf(graph.instance('asset', 'a:b*'))).not.toBe(tagOf(graph.instance('asset', 'a%3Ab*')));
    expect(tagOf(graph.instance('asset', 7n))).toBe(tagOf(graph.instance('asset', '7')));
  });
});
