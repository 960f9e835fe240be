import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { InvalidOptionsError } from '../../../src/common/errors.js';
import { startRedis } from '../../../src/testing/start-redis.js';
import { startTcpProxy, type TcpProxy } from '../../../src/testing/tcp-proxy.js';
import type { TestRedis } from '../../../src/testing/test-redis.js';
import { raceOff, refusesConnections } from '../../support/tcp.js';
import { until } from '../../support/until.js';

describe('startTcpProxy', () => {
  const ns = `proxy-${Math.random().toString(36).slice(2)}`;
  let redis: TestRedis;
  let direct: Redis;
  let proxy: TcpProxy;
  let client: Redis;

  beforeAll(async () => {
    redis = await startRedis();
    direct = new Redis(redis.url);
  });
  afterAll(async () => {
    direct.disconnect();
    await redis.stop();
  });

  beforeEach(async () => {
    proxy = await startTcpProxy({ target: redis.url });
    client = new Redis(proxy.url, {
      retryStrategy: () => 5,
      maxRetriesPerRequest: null,
      disconnectTimeout: 20,
    });
    client.on('error', () => undefined);
    await client.ping();
  });
  afterEach(async () => {
    client.disconnect();
    await proxy.stop();
  });

  it('forwards everything, in order, both ways', async () => {
    const big = 'x'.repeat(3_000_000);
    await client.set(`${ns}:big`, big);
    expect(await client.get(`${ns}:big`)).toBe(big);
    const counts = Array.from({ length: 200 }, () => client.incr(`${ns}:count`));
    expect(await Promise.all(counts)).toEqual(counts.map((_, i) => i + 1));
  });

  it('says where it is', () => {
    expect(proxy.url).toBe(redis.url.replace(`:${redis.port}`, `:${proxy.port}`));
    expect(proxy).toMatchObject({ host: '127.0.0.1', connections: 1 });
  });

  it('drops every connection, after which clients may connect again', async () => {
    const closed = new Promise((resolve) => client.once('close', resolve));
    proxy.drop();
    await closed;
    expect(await client.ping()).toBe('PONG');
    await until(() => proxy.connections === 1);
  });

  it('resets new connections too, until it resumes', async () => {
    let closes = 0;
    client.on('close', () => (closes += 1));
    proxy.drop({ refuseNew: true });
    await until(() => closes > 3);
    expect(client.status).not.toBe('ready');
    proxy.resume();
    expect(await client.ping()).toBe('PONG');
  });

  it('delays in both directions, keeps the order, and flushes when it resumes', async () => {
    proxy.delay('1h');
    const delayed = Promise.all([client.incr(`${ns}:order`), client.incr(`${ns}:order`)]);
    await expect(raceOff(delayed)).resolves.toBe('pending');
    expect(await direct.exists(`${ns}:order`)).toBe(0);
    proxy.resume();
    await expect(delayed).resolves.toEqual([1, 2]);
  });

  it('freezes: connections stay open, new ones too, and nothing passes until it resumes', async () => {
    proxy.freeze();
    const pending = client.incr(`${ns}:frozen`);
    const newcomer = new Redis(proxy.url, { connectTimeout: 10_000 });
    const greeted = newcomer.ping();
    await once(newcomer, 'connect');
    await expect(raceOff(Promise.race([pending, greeted]))).resolves.toBe('pending');
    expect(await direct.exists(`${ns}:frozen`)).toBe(0);
    expect(client.status).toBe('ready');
    proxy.resume();
    await expect(Promise.all([pending, greeted])).resolves.toEqual([1, 'PONG']);
    newcomer.disconnect();
  });

  it('holds the close of a frozen connection back', async () => {
    proxy.freeze();
    client.disconnect();
    await once(client, 'end');
    expect(proxy.connections).toBe(1);
    proxy.resume();
    await until(() => proxy.connections === 0);
  });

  describe('with replies cut', () => {
    let socket: Socket;
    let received: string;

    beforeEach(async () => {
      received = '';
      socket = connect({ host: proxy.host, port: proxy.port, noDelay: true });
      socket.on('data', (chunk) => (received += chunk.toString()));
      socket.write(`AUTH ${redis.password}\r\n`);
      await until(() => received === '+OK\r\n');
      received = '';
    });
    afterEach(() => void socket.destroy());

    it('closes in the middle of a reply', async () => {
      proxy.cutReplies(6, 'close');
      socket.write('ECHO hello\r\n');
      await once(socket, 'close');
      expect(received).toBe('$5\r\nhe');
    });

    it('stalls in the middle of a reply, and flushes when it resumes', async () => {
      proxy.cutReplies(6, 'stall');
      socket.write('ECHO hello\r\nECHO world\r\n');
      await until(() => received === '$5\r\nhe');
      await direct.ping();
      expect(received).toBe('$5\r\nhe');
      proxy.resume();
      await until(() => received === '$5\r\nhello\r\n$5\r\nworld\r\n');
    });

    it('closes at once when no byte may pass', async () => {
      proxy.cutReplies(0, 'close');
      await once(socket, 'close');
      expect(received).toBe('');
    });

    it('does not cut those who connect later', async () => {
      proxy.cutReplies(2, 'close');
      await client.ping().catch(() => undefined);
      expect(await client.ping()).toBe('PONG');
    });
  });

  it('passes the end of the server on', async () => {
    await using own = await startRedis();
    await using before = await startTcpProxy({ target: own.url });
    const lost = new Redis(before.url, { retryStrategy: () => null });
    lost.on('error', () => undefined);
    await lost.ping();
    const ended = new Promise((resolve) => lost.once('end', resolve));
    await own.kill();
    await ended;
    await until(() => before.connections === 0);
  });

  it('closes its port when it stops, and stops only once', async () => {
    await Promise.all([proxy.stop(), proxy.stop()]);
    expect(await refusesConnections(proxy.port)).toBe(true);
    expect(proxy.connections).toBe(0);
  });

  it('refuses a target or a delay that is none', async () => {
    await expect(startTcpProxy({ target: 'localhost' })).rejects.toThrow(InvalidOptionsError);
    expect(() => proxy.delay(0)).toThrow('latency');
  });
});
