import { afterAll, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { InvalidOptionsError, type OptionProblem } from '../../../src/common/errors.js';
import { IsDuration, IsFlag, IsWholeNumber, rule } from '../../../src/common/option-rules.js';
import { AnyValue, assertOptions, findProblems, Nested } from '../../../src/common/option-validation.js';

class Colour {
  @rule({ name: 'isRed', mustBe: 'a share of red', accepts: Number.isFinite, required: true }) red!: number;
}

class Shelf {
  @IsWholeNumber(1) boards?: number;
  @Nested(() => Colour) colour?: Colour;
}

class BaseOptions {
  @IsFlag() open?: boolean;
}

class Options extends BaseOptions {
  @IsDuration() ttl?: string;
  @Nested(() => Shelf) shelf?: Shelf;
  @Nested(() => Shelf, 'record') shelves?: Record<string, Shelf>;
  @AnyValue() client?: unknown;
}

class DerivedOptions extends Options {
  @Nested(() => Colour) tint?: Colour;
}

function problems(raw: unknown, path = ''): string[] {
  return findProblems(Options, raw, path).map(
    (problem: OptionProblem) => `${problem.path}: ${problem.message}`,
  );
}

describe('findProblems', () => {
  it('finds none in good options, nor in none', () => {
    expect(problems({})).toEqual([]);
    expect(
      problems({
        open: true,
        ttl: '5m',
        shelf: { boards: 1, colour: { red: 0.5 } },
        shelves: { left: { boards: 2 }, right: {} },
        client: null,
      }),
    ).toEqual([]);
  });

  it('takes an option that is undefined for one that is left out', () => {
    expect(problems({ ttl: undefined, shelf: undefined, shelves: undefined, client: undefined })).toEqual([]);
  });

  it('lists the known options, inherited and nested ones too, when one is unknown', () => {
    expect(problems({ tll: '5m' })).toEqual([
      'tll: is no option here; the options are client, open, shelf, shelves, ttl',
    ]);
  });

  it('refuses an unknown option even when it is undefined', () => {
    expect(problems({ tll: undefined })).toHaveLength(1);
  });

  it('names nested options by their path', () => {
    expect(problems({ shelf: { boards: 0, doors: 2, colour: { red: 'x' } } }, 'wing')).toEqual([
      'wing.shelf.doors: is no option here; the options are boards, colour',
      'wing.shelf.boards: must be a whole number from 1; got 0',
      "wing.shelf.colour.red: must be a share of red; got 'x'",
    ]);
  });

  it('names the members of a record', () => {
    expect(
      problems({ shelves: { good: { boards: 1 }, bad: { boards: 0 }, worse: null, odd: { colour: {} } } }),
    ).toEqual([
      'shelves.bad.boards: must be a whole number from 1; got 0',
      'shelves.worse: must be an object of options',
      'shelves.odd.colour.red: must be a share of red; got undefined',
    ]);
  });

  it.each([[[]], [[{ boards: 1 }]], [null], ['left'], [5]])('refuses %p for a record', (shelves) => {
    expect(problems({ shelves })).toEqual(['shelves: must be an object by name']);
  });

  it.each([[null], [[]], ['5m'], [5], [() => ({})]])('refuses %p for nested options', (shelf) => {
    expect(problems({ shelf })).toEqual(['shelf: must be an object of options']);
  });

  it.each([[null], [undefined], [[]], ['5m'], [5]])('refuses %p for the whole', (raw) => {
    expect(problems(raw)).toEqual(['options: must be an object of options']);
  });

  it('finds several problems at once', () => {
    expect(problems({ ttl: '1 hour', open: 'yes', shelf: { boards: -1 }, other: 1, more: 2 })).toHaveLength(
      5,
    );
  });

  it('checks nested options that a base class declares', () => {
    const found = findProblems(DerivedOptions, { shelf: { boards: 0 }, tint: {} }, '').map(
      ({ path }) => path,
    );
    expect(found.sort()).toEqual(['shelf.boards', 'tint.red']);
  });

  it('lets no JSON replace the class whose rules hold', () => {
    expect(problems(JSON.parse('{ "ttl": "1 hour", "__proto__": { "open": true } }'))).toEqual([
      expect.stringMatching(/^ttl: must be/),
    ]);
  });
});

describe('what is checked', () => {
  const client = new Redis({ lazyConnect: true, password: 'hunter2' });
  afterAll(() => client.disconnect());

  function deepFreeze<T extends object>(value: T): T {
    for (const member of Object.values(value))
      if (typeof member === 'object' && member !== null) deepFreeze(member);
    return Object.freeze(value);
  }

  it('is never changed, and may be frozen', () => {
    const raw = deepFreeze({
      ttl: '5m',
      unknown: 1,
      shelf: { boards: 0, unknown: 1 },
      shelves: { left: { unknown: 1 } },
    });
    const before = structuredClone(raw);
    expect(problems(raw)).toHaveLength(4);
    expect(raw).toEqual(before);
  });

  it('is never cloned: class instances are left alone', () => {
    const before = Object.getOwnPropertyNames(client);
    const raw = { client };
    expect(problems(raw)).toEqual([]);
    expect(raw.client).toBe(client);
    expect(Object.getOwnPropertyNames(client)).toEqual(before);
    expect(client.status).toBe('wait');
  });

  it('may be an instance of the options class', () => {
    const options = Object.assign(new Options(), { ttl: '5m' });
    expect(problems(options)).toEqual([]);
    expect(problems(Object.assign(new Options(), { ttl: 5n }))).toHaveLength(1);
  });

  it('may have no prototype', () => {
    const bare = Object.assign(Object.create(null) as object, { ttl: '1 hour' });
    expect(problems(bare)).toHaveLength(1);
  });
});

describe('assertOptions', () => {
  it('throws one error with everything that was found', () => {
    const check = () => assertOptions(Options, { ttl: 0, shelf: { boards: 0 } }, '@Shelved on Shop.find');
    expect(check).toThrow(InvalidOptionsError);
    expect(check).toThrow(
      /^@Shelved on Shop\.find: 2 options cannot be used\.\n {2}- ttl: .+\n {2}- shelf\.boards: .+$/,
    );
  });

  it('lets good options pass', () => {
    assertOptions(Options, { ttl: '5m' }, 'anywhere');
  });
});
