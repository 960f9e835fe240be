import { describe, expect, it } from '@jest/globals';
import { parseNetwork } from '../../../src/rate-limit/subjects/network.rules.js';
import { TrustedProxies } from '../../../src/rate-limit/subjects/trusted-proxies.js';

const proxies = new TrustedProxies(['10.0.0.0/8', '192.0.2.1', '2001:db8:ffff::/48']);

describe('TrustedProxies', () => {
  it.each<[string, string, string | undefined, string]>([
    ['a direct client is itself, whatever it claims', '203.0.113.9', '198.51.100.1', '203.0.113.9'],
    ['a proxy speaks for its client', '10.1.2.3', '203.0.113.9', '203.0.113.9'],
    ['a chain of proxies is walked to its end', '10.0.0.1', '203.0.113.9, 192.0.2.1,10.9.9.9', '203.0.113.9'],
    ['what the client wrote before is not reached', '10.0.0.1', '1.2.3.4, 203.0.113.9', '203.0.113.9'],
    ['a proxy that says nothing stands for itself', '10.0.0.1', undefined, '10.0.0.1'],
    ['a proxy that says nonsense stands for itself', '10.0.0.1', '203.0.113.9, unknown', '10.0.0.1'],
    ['mapped addresses are IPv4', '::ffff:10.0.0.1', '203.0.113.9', '203.0.113.9'],
    ['ports and brackets do not matter', '10.0.0.1', '[2001:db8::1]:4711', '[2001:db8::1]:4711'],
    ['IPv6 proxies are known by network', '2001:db8:ffff::7', '2001:db8::1, 2001:db8:ffff::8', '2001:db8::1'],
    ['all of them proxies, the first is it', '10.0.0.1', '10.0.0.3, 10.0.0.2', '10.0.0.3'],
  ])('%s', (_, remoteAddress, forwarded, expected) => {
    const headers = { 'x-forwarded-for': forwarded };
    expect(proxies.addressOf({ socket: { remoteAddress }, ip: 'not asked', headers })).toBe(expected);
  });

  it('reads several header lines as one', () => {
    const headers = { 'x-forwarded-for': ['203.0.113.9', '192.0.2.1'] };
    expect(proxies.addressOf({ ip: '10.0.0.1', headers })).toBe('203.0.113.9');
    expect(proxies.addressOf({ headers: {} })).toBeUndefined();
  });

  it.each(['', 'proxy', '10.0.0.0/33', '10.0.0.0/-1', '10.0.0.0/8/8', '10.0.0/8', '::/129', '10.0.0.0/'])(
    'does not take %j for a network',
    (text) => expect(parseNetwork(text)).toBeNull(),
  );
});
