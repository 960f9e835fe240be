import { afterEach, describe, expect, it } from '@jest/globals';
import { Confirmations } from '../../../src/admin/confirmations.js';
import { BootChecks } from '../../../src/common/boot-checks.js';
import { SYSTEM_CLOCK } from '../../../src/common/clock.js';
import { SuiteSettings } from '../../../src/connection/suite-settings.js';

let nowMs = 1_000_000;
const clock = { ...SYSTEM_CLOCK, now: () => nowMs };
const make = (secrets: string[], { namespace = 'shop', checks = new BootChecks() } = {}): Confirmations =>
  new Confirmations(new SuiteSettings(namespace, secrets), clock, checks);

describe('Confirmations', () => {
  it('gives back what a token was made for, on any instance with the secret', () => {
    const token = make(['s']).issue('cache:é:*');
    expect(make(['s']).redeem(token)).toBe('cache:é:*');
  });

  it('verifies with every secret and signs with the first', () => {
    const token = make(['old']).issue('cache:a');
    expect(make(['new', 'old']).redeem(token)).toBe('cache:a');
    expect(make(['old']).redeem(make(['new', 'old']).issue('cache:a'))).toBeNull();
  });

  it('is over after two minutes', () => {
    const token = make(['s']).issue('cache:a');
    nowMs += 119_999;
    expect(make(['s']).redeem(token)).toBe('cache:a');
    nowMs += 1;
    expect(make(['s']).redeem(token)).toBeNull();
  });

  it('refuses what it did not make', () => {
    const token = make(['s']).issue('cache:a');
    const [payload, signature] = token.split('.') as [string, string];
    const forged = Buffer.from(JSON.stringify(['cache:*', nowMs + 60_000])).toString('base64url');
    for (const wrong of [
      '',
      '.',
      'x',
      payload,
      `${payload}.`,
      `${forged}.${signature}`,
      `${payload}.${signature}x`,
    ]) {
      expect(make(['s']).redeem(wrong)).toBeNull();
    }
    expect(make(['other']).redeem(token)).toBeNull();
    expect(make(['s'], { namespace: 'other' }).redeem(token)).toBeNull();
  });

  it('uses a random secret of the process when there is none', () => {
    const one = make([]);
    expect(one.redeem(one.issue('cache:a'))).toBe('cache:a');
    expect(make([]).redeem(one.issue('cache:a'))).toBeNull();
  });

  describe('in production', () => {
    const before = process.env['NODE_ENV'];
    afterEach(() => {
      process.env['NODE_ENV'] = before;
    });

    it('demands a secret at boot', () => {
      process.env['NODE_ENV'] = 'production';
      const checks = new BootChecks();
      make([], { checks });
      expect(() => checks.run()).toThrow(/secret: is missing/);
      const content = new BootChecks();
      make(['s'], { checks: content });
      expect(() => content.run()).not.toThrow();
    });
  });
});
