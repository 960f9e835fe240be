import { runInNewContext } from 'node:vm';
import { describe, expect, it } from '@jest/globals';
import { type AnyMethod, wrapMethod } from '../../src/common/method-wrapper.js';
import { parameterNames } from '../../src/common/parameter-names.js';

const namesOf = (fn: unknown): unknown => parameterNames(fn as AnyMethod)?.names;
/** Evaluates source that must stay as it is written here, comments and all. */
const method = (source: string): unknown => runInNewContext(`Object.values({ ${source} })[0]`);
const expression = (source: string): unknown => runInNewContext(`(${source})`);

describe('parameterNames', () => {
  it.each([
    ['find() {}', []],
    ['find(id) {}', ['id']],
    ['async find(id, options) {}', ['id', 'options']],
    ['*walk(from) {}', ['from']],
    ['async *walk(from, $to, _) {}', ['from', '$to', '_']],
    ['async(id) {}', ['id']],
    ['get(key) {}', ['key']],
    ['"odd (name"(a) {}', ['a']],
    ["['comp' + (1, 'uted')](a, b) {}", ['a', 'b']],
    ['[`${"x)"}(`](a) {}', ['a']],
    ['7(a) {}', ['a']],
    ['größe(länge, 名) {}', ['länge', '名']],
    ['find(a, b,) {}', ['a', 'b']],
  ])('reads the method %s', (source, names) => {
    expect(namesOf(method(source))).toEqual(names);
  });

  it.each([
    ['(a, b) => a', ['a', 'b']],
    ['a => a', ['a']],
    ['async a => a', ['a']],
    ['async (a, b) => a', ['a', 'b']],
    ['() => 1', []],
    ['function (a) {}', ['a']],
    ['function named(a, b) {}', ['a', 'b']],
    ['async function* named(a) {}', ['a']],
  ])('reads the function %s', (source, names) => {
    expect(namesOf(expression(source))).toEqual(names);
  });

  it.each([
    ['find(a = 1, b = "x, y)", c) {}', ['a', 'b', 'c']],
    ["find(a = 'it\\'s, (', b) {}", ['a', 'b']],
    ['find(a = `,${ fn(1, `)`, "}") },\\``, b) {}', ['a', 'b']],
    ['find(a = [1, 2], b = { c: 1, d: (2, 3) }, e) {}', ['a', 'b', 'e']],
    ['find(a = (x, y) => { return x, y; }, b) {}', ['a', 'b']],
    ['find(a = function (x, y) { /[)]/.test(x) }, b) {}', ['a', 'b']],
    ['find(a = /[/,)"]\\/,/g, b = 4 / 2, c = (4) / 2 / 1, d) {}', ['a', 'b', 'c', 'd']],
    ['find(a = typeof /,/, b) {}', ['a', 'b']],
    ['find(a = x.y?.(1, 2), b = new Map([[1, 2]]), c) {}', ['a', 'b', 'c']],
    ['find(a /* , not, these ) */, b // nor, this )\n, c) {}', ['a', 'b', 'c']],
    ['find /* (x) */ (a) {}', ['a']],
    ['async /* => */ find(a) {}', ['a']],
  ])('is not led astray by %s', (source, names) => {
    expect(namesOf(method(source))).toEqual(names);
  });

  it('leaves destructured parameters without a name', () => {
    expect(namesOf(method('find({ id, at: [x, y] }, [a, b] = [1, 2], { c } = {}, d) {}'))).toEqual([
      undefined,
      undefined,
      undefined,
      'd',
    ]);
  });

  it('says that a rest parameter takes what follows', () => {
    expect(parameterNames(method('find(a, ...rest) {}') as AnyMethod)).toEqual({
      names: ['a'],
      hasRest: true,
    });
    expect(parameterNames(method('find(...[a, b]) {}') as AnyMethod)).toEqual({ names: [], hasRest: true });
    expect(parameterNames(method('find(a = [...b]) {}') as AnyMethod)).toEqual({
      names: ['a'],
      hasRest: false,
    });
  });

  it('reads methods of classes, compiled by whoever compiles these tests', () => {
    class Service {
      async find(id: number, { deep = true } = {}, ...tags: string[]): Promise<unknown> {
        return [id, deep, tags];
      }
      static of(name: string): string {
        return name;
      }
    }
    expect(parameterNames(Service.prototype.find as AnyMethod)).toEqual({
      names: ['id', undefined],
      hasRest: true,
    });
    expect(namesOf(Service.of)).toEqual(['name']);
  });

  it('looks below the wrappers of this library', () => {
    class Service {
      find(id: number): number {
        return id;
      }
    }
    const descriptor = Object.getOwnPropertyDescriptor(Service.prototype, 'find')!;
    wrapMethod(descriptor, (_self, _args, proceed) => proceed());
    wrapMethod(descriptor, (_self, _args, proceed) => proceed());
    expect(namesOf(descriptor.value)).toEqual(['id']);
  });

  it.each([
    ['a native function', Math.max],
    ['a bound function', ((a: number) => a).bind(null)],
    ["another library's Proxy", new Proxy((a: number) => a, {})],
  ])('returns null for %s', (_, fn) => {
    expect(parameterNames(fn as AnyMethod)).toBeNull();
  });
});
