import { afterEach, describe, expect, it, jest } from '@jest/globals';
import type { Redis } from 'ioredis';
import { createClient } from '../../../src/connection/client-factory.js';
import { resolveSettings } from '../../../src/connection/connection-settings.js';

function reconnectOnError(): (message: string) => unknown {
  const client = createClient({ url: 'redis://h' }, resolveSettings({})) as Redis;
  return (message) => client.options.reconnectOnError?.(new Error(message));
}

describe('createClient', () => {
  afterEach(() => {
    jest.restoreAllMocks();
  });

  it('connects anew when the server turns out to be a replica, but not for each refused write', () => {
    const now = jest.spyOn(performance, 'now').mockReturnValue(10_000);
    const decide = reconnectOnError();
    const refusal = "READONLY You can't write against a read only replica.";
    expect([decide(refusal), decide(refusal)]).toEqual([true, false]);
    now.mockReturnValue(10_499);
    expect(decide(refusal)).toBe(false);
    now.mockReturnValue(10_500);
    expect([decide(refusal), decide(refusal)]).toEqual([true, false]);
  });

  it('keeps the connection on every other error', () => {
    const decide = reconnectOnError();
    expect(decide('WRONGTYPE Operation against a key holding the wrong kind of value')).toBe(false);
    expect(decide('OOM command not allowed')).toBe(false);
  });
});
