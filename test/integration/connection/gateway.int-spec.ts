import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { SYSTEM_CLOCK } from '../../../src/common/clock.js';
import { SuiteEvents } from '../../../src/common/events.js';
import {
  RedisAuthError,
  RedisReplyError,
  RedisUnavailableError,
} from '../../../src/connection/connection.errors.js';
import { IoredisGateway } from '../../../src/connection/ioredis-gateway.js';
import type { LuaScript } from '../../../src/connection/lua-script.js';
import { startRedis } from '../../../src/testing/start-redis.js';
import type { TestRedis } from '../../../src/testing/test-redis.js';
import { openGateway, type OpenGateway } from '../../support/gateway.js';
import { until } from '../../support/until.js';

const ADD: LuaScript = {
  name: 'add-1',
  source: "return redis.call('INCRBY', KEYS[1], ARGV[1])",
};

describe('IoredisGateway', () => {
  const ns = `gw-${Math.random().toString(36).slice(2)}`;
  let server: TestRedis;
  let opened: OpenGateway;

  beforeAll(async () => {
    server = await startRedis();
    opened = await openGateway(server.url);
  });
  afterAll(async () => {
    await opened?.close();
    await server?.stop();
  });

  it('sends commands, also in one round trip, also in binary', async () => {
    const { gateway } = opened;
    await gateway.send(['SET', `${ns}:a`, 'x']);
    const replies = await gateway.sendMany([
      ['GET', `${ns}:a`],
      ['LPUSH', `${ns}:a`, 1],
      ['GET', `${ns}:none`],
    ]);
    expect(replies[0]).toBe('x');
    expect(replies[1]).toBeInstanceOf(RedisReplyError);
    expect(replies[2]).toBeNull();
    expect(await gateway.send(['GET', `${ns}:a`], { binary: true })).toEqual(Buffer.from('x'));
  });

  it('runs scripts, and loads them again after SCRIPT FLUSH', async () => {
    const { gateway, client } = opened;
    expect(await gateway.run({ script: ADD, keys: [`${ns}:n`], args: [2] })).toBe(2);
    await client.script('FLUSH');
    expect(await gateway.run({ script: ADD, keys: [`${ns}:n`], args: [3] })).toBe(5);
  });

  it('keeps arguments out of errors', async () => {
    const failed = opened.gateway.send(['NOSUCHCOMMAND', 'a-secret-value']);
    await expect(failed).rejects.toThrow(RedisReplyError);
    const error: unknown = await failed.catch((e: unknown) => e);
    expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain('a-secret-value');
  });

  it('walks matching keys', async () => {
    const { gateway } = opened;
    await gateway.sendMany(Array.from({ length: 50 }, (_, i) => ['SET', `${ns}:walk:${i}`, i]));
    const found = new Set<string>();
    for await (const keys of gateway.scan(`${ns}:walk:*`, 10)) for (const key of keys) found.add(key);
    expect(found.size).toBe(50);
  });

  it('delivers messages, and takes channels up again after its connection was killed', async () => {
    const { gateway } = opened;
    const got: string[] = [];
    let resumed = 0;
    const stop = await gateway.subscribe(`${ns}:ch`, {
      onMessage: (m) => got.push(m),
      onResume: () => resumed++,
    });
    await gateway.send(['PUBLISH', `${ns}:ch`, 'one']);
    await until(() => got.length === 1);
    await gateway.send(['CLIENT', 'KILL', 'TYPE', 'pubsub']);
    await until(() => resumed === 1);
    await gateway.send(['PUBLISH', `${ns}:ch`, 'two']);
    await until(() => got.length === 2);
    await stop();
    expect(await gateway.send(['PUBLISH', `${ns}:ch`, 'three'])).toBe(0);
  });

  it('refuses wrong credentials with one clear error', async () => {
    const guarded = await startRedis({ password: 'right' });
    const wrong = guarded.url.replace('right', 'wrong');
    await expect(openGateway(wrong)).rejects.toThrow(RedisAuthError);
    await guarded.stop();
  });

  it('waits for the first connection when it is lazy', async () => {
    const lazy = await openGateway(server.url, { lazyConnect: true });
    expect(lazy.client.status).toBe('wait');
    expect(await lazy.gateway.send(['PING'])).toBe('PONG');
    await lazy.close();
  });

  it('fails at once while the server is away and serves again when it is back', async () => {
    const own = await startRedis();
    const { gateway, events, close } = await openGateway(own.url);
    const states: string[] = [];
    events.on('connection:availability', ({ state }) => states.push(state));
    await own.kill();
    await until(() => gateway.availability.state === 'down');
    await expect(gateway.send(['PING'])).rejects.toThrow(RedisUnavailableError);
    await own.restart();
    await until(() => gateway.availability.state === 'ready');
    expect(await gateway.send(['PING'])).toBe('PONG');
    expect(states).toEqual(['down', 'ready']);
    await close();
    await own.stop();
  });

  it('limits every call when the server is frozen, then opens the breaker', async () => {
    const own = await startRedis();
    const { gateway, close } = await openGateway(own.url, { commandTimeout: 100 });
    await own.freeze();
    const calls = Array.from({ length: 3 }, () => gateway.send(['PING']).catch((e: unknown) => e));
    for (const outcome of await Promise.all(calls)) {
      expect(outcome).toMatchObject({ code: 'E_REDIS_UNAVAILABLE', reason: 'timeout' });
    }
    expect(gateway.availability.state).toBe('down');
    await expect(gateway.send(['PING'])).rejects.toMatchObject({ reason: 'disconnected' });
    await own.resume();
    await until(() => gateway.availability.state === 'ready');
    await close();
    await own.stop();
  });

  it('neither opens nor closes a client of the application, but limits its calls', async () => {
    const client = new Redis(server.url);
    const gateway = new IoredisGateway({
      name: 'own',
      client,
      owned: false,
      topology: 'standalone',
      commandTimeoutMs: 50,
      events: new SuiteEvents(),
      clock: SYSTEM_CLOCK,
    });
    await gateway.open(1_000);
    await expect(gateway.send(['BLPOP', `${ns}:empty`, 1])).rejects.toMatchObject({ reason: 'timeout' });
    await gateway.close(100);
    expect(client.status).toBe('ready');
    client.disconnect();
  });
});
