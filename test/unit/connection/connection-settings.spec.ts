import { describe, expect, it } from '@jest/globals';
import { resolveSettings } from '../../../src/connection/connection-settings.js';

const DEFAULTS = {
  connectTimeoutMs: 2_000,
  commandTimeoutMs: 1_000,
  bootTimeoutMs: 2_000,
  maxRetriesPerRequest: 0,
  reconnectAttempts: 0,
  reconnectMinDelayMs: 50,
  reconnectMaxDelayMs: 1_000,
  lazyConnect: false,
};

describe('resolveSettings', () => {
  it('limits everything when nothing is said', () => {
    expect(resolveSettings({})).toEqual(DEFAULTS);
  });

  it("takes a connection's own setting before the shared one, and that before the default", () => {
    const shared = {
      connectTimeout: '3s',
      commandTimeout: '3s',
      maxRetriesPerRequest: 3,
      lazyConnect: true,
      reconnect: { attempts: 3, minDelay: '3ms', maxDelay: '3s' },
    } as const;
    const own = {
      commandTimeout: 250,
      maxRetriesPerRequest: 0,
      lazyConnect: false,
      reconnect: { minDelay: '5ms', maxDelay: undefined },
    } as const;
    expect(resolveSettings(own, shared)).toEqual({
      ...DEFAULTS,
      connectTimeoutMs: 3_000,
      commandTimeoutMs: 250,
      reconnectAttempts: 3,
      reconnectMinDelayMs: 5,
      reconnectMaxDelayMs: 3_000,
    });
  });

  it('takes an option that is undefined for one that is left out', () => {
    const blank = { connectTimeout: undefined, lazyConnect: undefined, reconnect: undefined };
    expect(resolveSettings(blank, { lazyConnect: undefined })).toEqual(DEFAULTS);
  });

  it('caps what no timer can wait for, which would not wait at all', () => {
    const { commandTimeoutMs, reconnectMaxDelayMs } = resolveSettings({
      commandTimeout: '365d',
      reconnect: { maxDelay: '25d' },
    });
    expect([commandTimeoutMs, reconnectMaxDelayMs]).toEqual([2 ** 31 - 1, 2 ** 31 - 1]);
  });
});
