import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import type { Redis } from 'ioredis';
import { SuiteEvents } from '../../../src/common/events.js';
import { SYSTEM_CLOCK } from '../../../src/common/clock.js';
import { IoredisGateway } from '../../../src/connection/ioredis-gateway.js';
import type { RedisClient } from '../../../src/connection/connection.options.js';
import { startRedis } from '../../../src/testing/start-redis.js';
import { startTcpProxy, type TcpProxy } from '../../../src/testing/tcp-proxy.js';
import type { TestRedis } from '../../../src/testing/test-redis.js';
import { openGateway, type OpenGateway } from '../../support/gateway.js';
import { until } from '../../support/until.js';

const LIMIT_MS = 100;
const SCRIPT = { name: 'sum-0', source: 'return ARGV[1] + ARGV[2]' };

/** Keeps this process from everything else. */
function standStill(ms: number): void {
  const untilMs = performance.now() + ms;
  while (performance.now() < untilMs);
}

describe('A process that stands still', () => {
  let server: TestRedis;
  let proxy: TcpProxy;
  let opened: OpenGateway;
  let lost: number;

  beforeEach(async () => {
    server = await startRedis();
    proxy = await startTcpProxy({ target: server.url });
    opened = await openGateway(server.url, { commandTimeout: LIMIT_MS });
    lost = 0;
    opened.events.on('connection:closed', () => lost++);
  });
  afterEach(async () => {
    await opened?.close();
    await proxy?.stop();
    await server?.stop();
  });

  // Seen to fail with the timers of ioredis: they are over before the answers are read, and the third opens the breaker.
  it('gets the answers to its calls, and does not take the server for away', async () => {
    const { gateway } = opened;
    const states: string[] = [];
    opened.events.on('connection:availability', ({ state }) => states.push(state));
    const ten = Array.from({ length: 10 }, (_, i) => String(i));
    const calls = [
      ...ten.map((text) => gateway.send(['ECHO', text])),
      gateway.sendMany([['ECHO', 'a'], ['NO-SUCH-COMMAND'], ['ECHO', 'b']]),
      gateway.run({ script: SCRIPT, keys: [], args: [1, 2] }),
      gateway.sendToMasters(['ECHO', 'all']),
    ];
    standStill(6 * LIMIT_MS);
    expect(await Promise.all(calls)).toEqual([
      ...ten,
      ['a', expect.objectContaining({ code: 'E_REDIS_REPLY' }), 'b'],
      3,
      ['all'],
    ]);
    expect(states).toEqual([]);
    expect(lost).toBe(0);
  });

  // Seen to fail with the timer that ioredis sets for each command: all three end, and open the breaker.
  it('subscribes to what it asked for before', async () => {
    const { gateway } = opened;
    const states: string[] = [];
    opened.events.on('connection:availability', ({ state }) => states.push(state));
    const heard: string[] = [];
    const listen = (channel: string) => gateway.subscribe(channel, { onMessage: (text) => heard.push(text) });
    // Whoever comes later finds the connection there.
    await listen('first');
    const subscribing = Promise.all(['a', 'b', 'c'].map(listen));
    await new Promise<void>((resolve) => process.nextTick(resolve));
    standStill(2 * LIMIT_MS);
    await subscribing;
    expect(states).toEqual([]);
    await gateway.send(['PUBLISH', 'c', 'heard']);
    await until(() => heard.length > 0);
  });

  it('leaves what the application sends by itself to the limit of the client', async () => {
    const client = opened.client as Redis;
    await server.freeze();
    await expect(client.get('key')).rejects.toThrow('Command timed out');
    await server.resume();
  });

  it('may use a client of another copy of ioredis', async () => {
    const Other = await new Promise<typeof Redis>((resolve) => {
      jest.isolateModules(() => resolve(jest.requireActual<{ Redis: typeof Redis }>('ioredis').Redis));
    });
    const client = new Other(server.url) as unknown as RedisClient;
    expect(client).not.toBeInstanceOf((opened.client as Redis).constructor);
    const gateway = new IoredisGateway({
      ...{ name: 'other', client, owned: false, topology: 'standalone' as const },
      ...{ commandTimeoutMs: LIMIT_MS, events: new SuiteEvents(), clock: SYSTEM_CLOCK },
    });
    await gateway.open(1_000);
    expect(await gateway.send(['ECHO', 'text'])).toBe('text');
    expect(await gateway.send(['ECHO', 'text'], { binary: true })).toEqual(Buffer.from('text'));
    expect(await gateway.sendMany([['ECHO', 'a'], ['NO-SUCH-COMMAND']])).toEqual(['a', expect.any(Error)]);
    for (let round = 0; round < 2; round++)
      expect(await gateway.run({ script: SCRIPT, keys: [], args: [1, 2] })).toBe(3);
    await server.freeze();
    await expect(gateway.send(['PING'])).rejects.toMatchObject({ reason: 'timeout' });
    await server.resume();
    await gateway.close(100);
    client.disconnect();
  });

  it('makes a connection anew that owes an answer for twice the limit, and only then', async () => {
    const far = await openGateway(proxy.url, { commandTimeout: LIMIT_MS });
    const errors: string[] = [];
    far.events.on('connection:error', ({ message }) => errors.push(message));
    // Nothing is owed, for longer than a quarter more than twice the limit.
    proxy.freeze();
    await new Promise((resolve) => setTimeout(resolve, 4 * LIMIT_MS));
    expect(errors).toEqual([]);
    await expect(far.gateway.send(['PING'])).rejects.toMatchObject({ reason: 'timeout' });
    await until(() => errors.includes('no answer, so the connection is made anew'));
    proxy.resume();
    await until(() =>
      far.gateway.send(['PING']).then(
        () => true,
        () => false,
      ),
    );
    await far.close();
  });
});
