import { randomUUID } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { RedisReplyError } from '../../../src/connection/connection.errors.js';
import { startRedis } from '../../../src/testing/start-redis.js';
import type { TestRedis } from '../../../src/testing/test-redis.js';
import { openGateway, type OpenGateway } from '../../support/gateway.js';
import { until } from '../../support/until.js';

describe('A gateway to a server that freezes', () => {
  const ns = randomUUID();
  let server: TestRedis;
  let opened: OpenGateway;

  beforeEach(async () => {
    server = await startRedis();
    opened = await openGateway(server.url, { commandTimeout: 150 });
  });
  afterEach(async () => {
    await opened?.close();
    await server?.stop();
  });

  const timesOut = (call: Promise<unknown>) =>
    expect(call).rejects.toMatchObject({ code: 'E_REDIS_UNAVAILABLE', reason: 'timeout' });

  /** Returns the channels that somebody listens to, as the server knows them. */
  const channels = async () =>
    String(await opened.gateway.send(['PUBSUB', 'CHANNELS', `${ns}:*`]).catch(() => 'not now'));

  it('takes an error reply for an answer, so that only failures in a row open the breaker', async () => {
    const { gateway } = opened;
    await gateway.send(['SET', ns, 'text']);
    for (let round = 0; round < 3; round++) {
      await server.freeze();
      await Promise.all([1, 2].map(() => timesOut(gateway.send(['PING'], { timeoutMs: 30 }))));
      await server.resume();
      await expect(gateway.send(['LPUSH', ns, 1])).rejects.toThrow(RedisReplyError);
    }
    expect(gateway.availability.state).toBe('ready');
  });

  it('opens the breaker for calls of several commands, too, and once for each call', async () => {
    const { gateway } = opened;
    const commands = Array.from({ length: 5 }, () => ['PING'] as const);
    // The third comes before the connection itself is given up, which would be another way to the same end.
    const ping = () => timesOut(gateway.sendMany(commands, { timeoutMs: 30 }));
    await server.freeze();
    await ping();
    await ping();
    expect(gateway.availability.state).toBe('ready');
    await ping();
    expect(gateway.availability.state).toBe('down');
  });

  it('limits a call for which it must connect first', async () => {
    await server.freeze();
    const lazy = await openGateway(server.url, {
      lazyConnect: true,
      commandTimeout: 50,
      connectTimeout: '1h',
    });
    // The greeting may reach its limit, which is as long, a moment before the call does.
    await expect(lazy.gateway.send(['PING'])).rejects.toMatchObject({ code: 'E_REDIS_UNAVAILABLE' });
    await lazy.close();
  });

  it('limits a subscription, for which it must connect first', async () => {
    const { gateway } = opened;
    await server.freeze();
    const late = gateway.subscribe(`${ns}:late`, { onMessage: () => {} });
    await expect(late).rejects.toMatchObject({ code: 'E_REDIS_UNAVAILABLE' });
    await server.resume();
    await until(() =>
      gateway.subscribe(`${ns}:good`, { onMessage: () => {} }).then(
        () => true,
        () => false,
      ),
    );
    await until(async () => (await channels()) === `${ns}:good`);
  });

  it('takes back a subscription that comes to stand when nobody waits any more', async () => {
    const { gateway } = opened;
    const messages: string[] = [];
    const listener = { onMessage: (text: string) => messages.push(text) };
    await gateway.subscribe(`${ns}:good`, listener);
    await server.freeze();
    await timesOut(gateway.subscribe(`${ns}:late`, listener));
    await server.resume();
    await until(async () => (await channels()) === `${ns}:good`);
    await gateway.send(['PUBLISH', `${ns}:late`, 'late']);
    await gateway.send(['PUBLISH', `${ns}:good`, 'good']);
    await until(() => messages.length > 0);
    expect(messages).toEqual(['good']);
  });

  it('tells of every call, its outcome and nothing of its arguments', async () => {
    const { gateway, events } = opened;
    const told: object[] = [];
    events.on('connection:command', ({ durationMs, ...rest }) => {
      expect(durationMs).toBeGreaterThan(0);
      told.push(rest);
    });
    await gateway.send(['SET', ns, 'hunter2']);
    await gateway.send(['LPUSH', ns, 'hunter2']).catch(() => undefined);
    await gateway.sendMany([
      ['GET', ns],
      ['TTL', ns],
    ]);
    expect(told).toEqual([
      { connection: 'state', command: 'SET', failed: false },
      { connection: 'state', command: 'LPUSH', failed: true },
      { connection: 'state', command: 'pipeline', failed: false },
    ]);
  });
});
