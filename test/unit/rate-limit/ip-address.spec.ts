import { isIPv6 } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { normalizeAddress } from '../../../src/rate-limit/subjects/ip-address.js';
import { Random } from '../../support/random.js';

describe('normalizeAddress', () => {
  it.each([
    ['192.0.2.7', '192.0.2.7'],
    ['192.0.2.7:51234', '192.0.2.7'],
    ['::ffff:192.0.2.7', '192.0.2.7'],
    ['::FFFF:c000:207', '192.0.2.7'],
    ['64:ff9b::192.0.2.7', '192.0.2.7'],
    ['64:ff9b::c000:0207', '192.0.2.7'],
    ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
    ['2001:0DB8:0001:0002::', '2001:db8:1:2::/64'],
    ['[2001:db8:1:2::9]:443', '2001:db8:1:2::/64'],
    ['fe80::1%eth0', 'fe80:0:0:0::/64'],
    ['::1', '0:0:0:0::/64'],
    ['::', '0:0:0:0::/64'],
  ])('turns %s into %s', (address, expected) => {
    expect(normalizeAddress(address, 64)).toBe(expected);
  });

  it.each([
    [32, '2001:db8::/32'],
    [48, '2001:db8:ffff::/48'],
    [56, '2001:db8:ffff:ff00::/56'],
    [127, '2001:db8:ffff:ffff:1:2:3:4/127'],
    [128, '2001:db8:ffff:ffff:1:2:3:5/128'],
  ])('keeps the first %d bits', (prefix, expected) => {
    expect(normalizeAddress('2001:db8:ffff:ffff:1:2:3:5', prefix)).toBe(expected);
  });

  it.each(['', 'unknown', 'localhost', '1.2.3', '1.2.3.4.5', '2001:db8', '::g', '/var/run/app.sock'])(
    'refuses %p',
    (address) => expect(normalizeAddress(address, 64)).toBeNull(),
  );

  it('has one text for all spellings of an address', () => {
    const random = new Random(64);
    for (let i = 0; i < 2_000; i++) {
      const groups = Array.from({ length: 8 }, () => (random.below(2) === 0 ? 0 : random.below(65_536)));
      const plain = groups.map((group) => group.toString(16)).join(':');
      const padded = groups.map((group) => group.toString(16).padStart(4, '0').toUpperCase()).join(':');
      const short = plain.replace(/(?:^|:)0(?::0)+(?:$|:)/, '::');
      expect(isIPv6(short)).toBe(true);
      const expected = normalizeAddress(plain, 128);
      expect([normalizeAddress(padded, 128), normalizeAddress(short, 128)]).toEqual([expected, expected]);
    }
  });
});
