import { describe, expect, it } from '@jest/globals';
import { AnyValue, findProblems } from '../../../src/common/option-validation.js';
import { IsFlag, IsWholeNumber, rule } from '../../../src/common/option-rules.js';
import { passesRules } from '../../../src/common/quick-rules.js';

class Base {
  @IsWholeNumber(1, 9) size?: number;
}
class Options extends Base {
  @IsFlag() quick?: boolean;
  @AnyValue() other?: unknown;
  @rule({ name: 'isWithSize', mustBe: 'set with size', accepts: (_, options) => 'size' in options })
  more?: number;
}
class Demanding {
  @rule({ name: 'isName', mustBe: 'a name', accepts: (value) => typeof value === 'string', required: true })
  name?: string;
}

const passes = (raw: unknown) => passesRules(Options.prototype, raw);

describe('passing rules without validating', () => {
  it('takes what has only known, good options, inherited ones included', () => {
    for (const raw of [{}, { size: 3 }, { quick: true, size: undefined }, { more: 1, size: 2 }]) {
      expect(passes(raw)).toBe(true);
      expect(findProblems(Options, raw, '')).toEqual([]);
    }
  });

  it('leaves everything else to validation, which knows what is wrong, if anything', () => {
    for (const raw of [{ size: 10 }, { quick: 1 }, { more: 1 }, { typo: 1 }, null]) {
      expect(passes(raw)).toBe(false);
      expect(findProblems(Options, raw, '')).not.toEqual([]);
    }
    expect(passes({ other: 1 })).toBe(false);
    expect(findProblems(Options, { other: 1 }, '')).toEqual([]);
  });

  it('never passes options of which some must be there', () => {
    expect(passesRules(Demanding.prototype, {})).toBe(false);
    expect(passesRules(Demanding.prototype, { name: 'x' })).toBe(false);
  });
});
