import { describe, expect, it } from '@jest/globals';
import { BootChecks } from '../../../src/common/boot-checks.js';
import { InvalidOptionsError } from '../../../src/common/errors.js';

describe('BootChecks', () => {
  it('passes when nothing is found', () => {
    const checks = new BootChecks();
    checks.run();
    checks.add(() => []);
    checks.run();
  });

  it('reports what every check finds in one error', () => {
    const checks = new BootChecks();
    const [one, other] = ['one', 'other'].map((path) => ({ path, message: 'is wrong' }));
    checks.add(() => [one!]);
    checks.add(() => []);
    checks.add(() => [other!]);
    const run = () => checks.run();
    expect(run).toThrow(InvalidOptionsError);
    expect(run).toThrow(
      'nestjs-redis-suite: 2 options cannot be used.\n  - one: is wrong\n  - other: is wrong',
    );
  });
});
