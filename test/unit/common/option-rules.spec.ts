import { describe, expect, it } from '@jest/globals';
import {
  IsCallable,
  IsDuration,
  IsDurationOrFalse,
  IsFlag,
  IsFraction,
  IsOneOf,
  IsText,
  IsWholeNumber,
  rule,
} from '../../../src/common/option-rules.js';
import { findProblems } from '../../../src/common/option-validation.js';

/** Returns what a rule says of a value; null when it accepts it. */
function verdict(decorator: PropertyDecorator, value: unknown): string | null {
  class Options {}
  decorator(Options.prototype, 'option');
  const problems = findProblems(Options, { option: value }, '');
  expect(problems.map(({ path }) => path)).toEqual(problems.map(() => 'option'));
  return problems.map(({ message }) => message).join() || null;
}

const DURATION = "a positive number of milliseconds or a text such as '500ms', '30s', '15m', '1h' or '7d'";

interface Case {
  name: string;
  decorator: PropertyDecorator;
  good: unknown[];
  bad: unknown[];
  message: string;
}

const CASES: Case[] = [
  {
    name: 'IsDuration',
    decorator: IsDuration(),
    good: [1, '30s', '1.5h'],
    bad: [-5, '-5s', '1 hour', 0, '', null, false, []],
    message: `must be ${DURATION}; got -5`,
  },
  {
    name: 'IsDurationOrFalse',
    decorator: IsDurationOrFalse(),
    good: [false, 1, '30s'],
    bad: ['no', true, null, 0],
    message: `must be false, or ${DURATION}; got 'no'`,
  },
  {
    name: 'IsWholeNumber',
    decorator: IsWholeNumber(1),
    good: [1, Number.MAX_SAFE_INTEGER],
    bad: [0, 1.5, -1, NaN, Infinity, '1', 1n, null, Number.MAX_SAFE_INTEGER + 1],
    message: 'must be a whole number from 1; got 0',
  },
  {
    name: 'IsWholeNumber with a maximum',
    decorator: IsWholeNumber(1, 65_535),
    good: [1, 65_535],
    bad: [65_536, 0],
    message: 'must be a whole number from 1 to 65535; got 65536',
  },
  {
    name: 'IsFraction',
    decorator: IsFraction(0, 1),
    good: [0, 0.5, 1],
    bad: [1.1, -0.1, NaN, '0.5', null],
    message: 'must be a number from 0 to 1; got 1.1',
  },
  {
    name: 'IsFlag',
    decorator: IsFlag(),
    good: [true, false],
    bad: ['true', 0, 1, null],
    message: "must be true or false; got 'true'",
  },
  {
    name: 'IsCallable',
    decorator: IsCallable(),
    good: [() => 1, class {}],
    bad: ['call', {}, null],
    message: "must be a function; got 'call'",
  },
  {
    name: 'IsOneOf',
    decorator: IsOneOf('allow', 'deny'),
    good: ['allow', 'deny'],
    bad: ['Allow', '', null, true, ['allow']],
    message: "must be one of 'allow', 'deny'; got 'Allow'",
  },
  {
    name: 'IsText',
    decorator: IsText(/^[a-z]+$/, 'a word of lower-case letters'),
    good: ['shop'],
    bad: ['Shop', '', 5, null, ['shop']],
    message: "must be a word of lower-case letters; got 'Shop'",
  },
];

describe.each(CASES)('$name', ({ decorator, good, bad, message }) => {
  it.each(good.map((value) => [value]))('accepts %p', (value) => {
    expect(verdict(decorator, value)).toBeNull();
  });

  it.each(bad.map((value) => [value]))('refuses %p', (value) => {
    expect(verdict(decorator, value)).toMatch(/^must be .+; got .+$/);
  });

  it('says what it must be and what it got', () => {
    expect(verdict(decorator, bad[0])).toBe(message);
  });

  it('accepts undefined, since options are optional', () => {
    expect(verdict(decorator, undefined)).toBeNull();
  });
});

describe('rule', () => {
  it('keeps a secret out of the message', () => {
    const decorator = rule({ name: 'isPin', mustBe: 'a PIN', accepts: () => false, secret: true });
    expect(verdict(decorator, 'hunter2')).toBe('must be a PIN');
  });

  it('refuses undefined when the option is required', () => {
    const decorator = rule({ name: 'isPin', mustBe: 'a PIN', accepts: Boolean, required: true });
    expect(verdict(decorator, undefined)).toBe('must be a PIN; got undefined');
    expect(verdict(decorator, '1234')).toBeNull();
  });
});
