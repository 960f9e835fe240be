import { spawnSync } from 'node:child_process';
import { describe, expect, it } from '@jest/globals';
import { compileCopy } from '../../../src/cache/l1/copy-code.js';
import { planCopy, type Copy } from '../../../src/cache/l1/copy-plan.js';
import { ownCopy } from '../../../src/cache/l1/own-copy.js';

const VALUES: [string, unknown][] = [
  ['a text', 'text'],
  ['nothing', undefined],
  ['an empty object', {}],
  ['a date', new Date(1_000)],
  [
    'names of every kind',
    { "it's": 1, '"': [1], '\\': { '\u2028': new Date(2) }, 7: {}, '': '', hasOwnProperty: { a: 1 } },
  ],
  ['what is nested', { a: { b: { c: [[1, 2], [3]] } }, d: [{ e: new Date(3) }, { e: new Date(4) }] }],
  ['what differs within an array', [{ a: 1 }, 2, [3], new Date(5)]],
  ['a large one', Array.from({ length: 1_000 }, (_, id) => ({ id, at: new Date(id) }))],
];

/** Collects what must not be shared. */
function objectsIn(value: unknown, found = new Set<unknown>()): Set<unknown> {
  if (typeof value !== 'object' || value === null) return found;
  found.add(value);
  for (const member of Object.values(value)) objectsIn(member, found);
  return found;
}

describe('a copy', () => {
  it.each(VALUES)('of %s is equal and shares nothing', (_, value) => {
    const theirs = objectsIn(value);
    const { value: own, copy } = ownCopy(value);
    const copies = [
      own,
      copy!(own as never),
      compileCopy(value)?.(own as never) ?? planCopy(value)!(own as never),
    ];
    for (const one of copies) {
      expect(one).toStrictEqual(value);
      expect([...objectsIn(one)].filter((object) => theirs.has(object))).toEqual([]);
    }
  });

  it('is made by one function for all values of one shape', () => {
    const product = (id: number) => ({
      id,
      tags: Array.from({ length: id }, String),
      shop: { at: new Date(id) },
    });
    expect(compileCopy(product(1))).toBe(compileCopy(product(20)));
    expect(compileCopy(product(1))).not.toBeNull();
    expect(compileCopy({ id: 1 })).not.toBe(compileCopy({ other: 1 }));
  });

  it('is not compiled for what is large, mixed or has symbols', () => {
    const large = Object.fromEntries(Array.from({ length: 400 }, (_, id) => [`k${id}`, id]));
    for (const value of [large, [{ a: 1 }, [2]], { [Symbol('s')]: 1 }]) {
      expect(compileCopy(value)).toBeNull();
      expect(planCopy(value)!(value as never)).toStrictEqual(value);
    }
  });

  it('is not compiled without end', () => {
    const compiled = Array.from({ length: 600 }, (_, id) => compileCopy({ [`name${id}`]: {} }));
    expect(compiled.at(-1)).toBeNull();
    const { copy } = ownCopy({ name599: {} });
    expect((copy as Copy)({ name599: {} } as never)).toEqual({ name599: {} });
  });

  it('is made without compiling where a process may not run texts', () => {
    const source = `
      import { compileCopy } from './src/cache/l1/copy-code.ts';
      import { ownCopy } from './src/cache/l1/own-copy.ts';
      const { value, copy } = ownCopy({ a: { b: 1 } });
      console.log(JSON.stringify([compileCopy({ a: 1 }), copy(value)]));
    `;
    const flags = ['--disallow-code-generation-from-strings', '--import', './test/support/typescript.mjs'];
    const { stdout, stderr } = spawnSync(process.execPath, [...flags, '--input-type=module', '-e', source], {
      encoding: 'utf8',
    });
    expect([stdout.trim(), stderr]).toEqual(['[null,{"a":{"b":1}}]', '']);
  });
});
