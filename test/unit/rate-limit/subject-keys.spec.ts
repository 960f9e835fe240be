import { describe, expect, it } from '@jest/globals';
import { SuiteSettings } from '../../../src/connection/suite-settings.js';
import { planOf } from '../../../src/rate-limit/policies/limit-plan.js';
import { resolvePolicy } from '../../../src/rate-limit/policies/rate-limit-policy.js';
import { SubjectKeys } from '../../../src/rate-limit/subjects/subject-keys.js';

const PLAN = planOf([resolvePolicy({ name: 'login', limit: 1, window: '1m' })]);

describe.each([
  ['without a secret', []],
  ['with a secret', ['0123456789abcdef']],
])('SubjectKeys %s', (_, secrets) => {
  const subjects = new SubjectKeys(new SuiteSettings('shop', secrets));
  const keyOf = (subject: string) => subjects.call(PLAN, subject, 1).keys[0];

  it('gives every subject a key of its own, whatever is in it', () => {
    const texts = ['a', 'A', 'a:b', 'a%3Ab', '{a}', '\0', '\ud800', '\ud801', '\ufffd', '%uD800'];
    const all = [...texts, 'x'.repeat(300), 'x'.repeat(301)];
    expect(new Set(all.map(keyOf)).size).toBe(all.length);
  });

  it('gives a subject the same key every time, short or long, and never shows it', () => {
    for (const subject of ['alice@example.org', 'alice@example.org'.repeat(100)]) {
      expect(keyOf(subject)).toBe(keyOf(subject));
      expect(keyOf(subject)).toMatch(/^shop:ratelimit:\{[\w-]{22}\}:login$/);
    }
  });
});
