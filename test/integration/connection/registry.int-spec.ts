import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { SuiteEvents } from '../../../src/common/events.js';
import type { RedisConnection } from '../../../src/connection/connection-form.js';
import { startRedis } from '../../../src/testing/start-redis.js';
import { startTcpProxy } from '../../../src/testing/tcp-proxy.js';
import type { TestRedis } from '../../../src/testing/test-redis.js';
import { block } from '../../support/block.js';
import { openRegistry, type OpenRegistry } from '../../support/registry.js';
import { refusesConnections } from '../../support/tcp.js';
import { until } from '../../support/until.js';

const AWAY = { code: 'E_REDIS_UNAVAILABLE' };

describe('ConnectionRegistry', () => {
  const ns = randomUUID();
  const opened: OpenRegistry[] = [];
  let server: TestRedis;
  let other: TestRedis;
  let observer: Redis;

  beforeAll(async () => {
    [server, other] = await Promise.all([startRedis(), startRedis()]);
    observer = new Redis(server.url);
  });
  afterEach(async () => {
    await Promise.all(opened.splice(0).map(({ registry }) => registry.close()));
  });
  afterAll(async () => {
    observer?.disconnect();
    await server?.stop();
    await other?.stop();
  });

  /** Opens a registry that is closed after the test. */
  async function open(...plan: Parameters<typeof openRegistry>): Promise<OpenRegistry> {
    const registry = await openRegistry(...plan);
    opened.push(registry);
    return registry;
  }

  /** Counts the clients of `server` besides the observer. */
  async function clients(): Promise<number> {
    const list = (await observer.call('CLIENT', 'LIST')) as string;
    return list.trim().split('\n').length - 1;
  }

  it("takes one connection for the cache's and the state's, and names it neutrally", async () => {
    const { registry, gateway } = await open(server.url);
    expect(gateway('cache')).toBe(gateway('state'));
    expect(registry.all()).toEqual([gateway('cache')]);
    expect(gateway().name).toBe('redis');
    expect(registry.find('jobs')).toBeUndefined();
    expect(await clients()).toBe(1);
  });

  it('keeps several connections apart', async () => {
    const { registry, gateway } = await open({
      connections: { cache: server.url, state: { url: other.url }, jobs: `${server.url}/1` },
    });
    for (const name of ['cache', 'state', 'jobs']) await gateway(name).send(['SET', `${ns}:where`, name]);
    for (const name of ['cache', 'state', 'jobs']) {
      expect(gateway(name).name).toBe(name);
      expect(await gateway(name).send(['GET', `${ns}:where`])).toBe(name);
    }
    expect(registry.all()).toHaveLength(3);
    expect(registry.find('*')).toBeUndefined();
  });

  it('takes a field that is undefined for one that is left out', async () => {
    const { host, port, password } = server;
    const connection = { url: undefined, client: undefined, cluster: undefined, host, port, password };
    const { gateway } = await open(connection, { failFast: true });
    expect(await gateway().send(['PING'])).toBe('PONG');
  });

  it('knows an ACL user, in fields and in a URL', async () => {
    await observer.call('ACL', 'SETUSER', 'shop', 'on', '>p@ss:word', '~*', '&*', '+@all');
    const { host, port } = server;
    const url = `redis://shop:p%40ss%3Aword@${host}:${port}`;
    for (const connection of [url, { host, port, username: 'shop', password: 'p@ss:word' }]) {
      const { gateway } = await open(connection, { failFast: true });
      expect(await gateway().send(['ACL', 'WHOAMI'])).toBe('shop');
    }
  });

  describe('when credentials are refused', () => {
    const wrong = (): RedisConnection[] => [
      server.url.replace(server.password, 'hunter2'),
      { host: server.host, port: server.port },
      { host: server.host, port: server.port, username: 'nobody', password: 'hunter2' },
    ];

    it.each([0, 1, 2])('fails the boot at once, without failFast, and shows no secret (%d)', async (i) => {
      const error: unknown = await open(wrong()[i]!, { defaults: { bootTimeout: '1h' } }).catch(
        (e: unknown) => e,
      );
      expect(error).toMatchObject({
        code: 'E_REDIS_AUTH',
        message: expect.stringContaining('REDIS_PASSWORD'),
      });
      expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain('hunter2');
    });

    it('closes the other connections', async () => {
      const boot = open({ connections: { cache: server.url, state: wrong()[0]! } });
      await expect(boot).rejects.toMatchObject({ code: 'E_REDIS_AUTH' });
      await until(async () => (await clients()) === 0);
    });

    it('fails the first call of a lazy connection', async () => {
      const { gateway } = await open(wrong()[0]!, { defaults: { lazyConnect: true } });
      await expect(gateway().send(['PING'])).rejects.toMatchObject({ code: 'E_REDIS_AUTH' });
    });
  });

  describe('when the server has no such database', () => {
    it('fails the boot rather than use database 0', async () => {
      const error: unknown = await open(`${server.url}/999`).catch((e: unknown) => e);
      expect(error).toMatchObject({ code: 'E_REDIS_DATABASE', message: expect.stringContaining('REDIS_DB') });
    });

    it('serves no call of a lazy connection', async () => {
      const { gateway } = await open(`${server.url}/999`, { defaults: { lazyConnect: true } });
      await expect(gateway().send(['SET', `${ns}:nowhere`, 1])).rejects.toMatchObject({
        code: 'E_REDIS_DATABASE',
      });
      await expect(gateway().send(['SET', `${ns}:nowhere`, 1])).rejects.toMatchObject(AWAY);
      expect(await observer.exists(`${ns}:nowhere`)).toBe(0);
    });
  });

  describe('when a server is away', () => {
    let own: TestRedis;
    beforeAll(async () => {
      own = await startRedis();
    });
    afterAll(() => own?.stop());

    it('boots degraded, fails calls at once, and serves them when the server is back', async () => {
      await own.kill();
      const states: string[] = [];
      const events = new SuiteEvents();
      events.on('connection:availability', ({ connection, state }) => states.push(`${connection} ${state}`));
      const connections = { cache: server.url, state: own.url };
      const { gateway } = await open({ connections }, { events, defaults: { bootTimeout: 150 } });
      expect(gateway('state').availability.state).toBe('down');
      await expect(gateway('state').send(['PING'])).rejects.toMatchObject({
        ...AWAY,
        reason: 'disconnected',
      });
      expect(await gateway('cache').send(['PING'])).toBe('PONG');
      await own.restart();
      await until(() => gateway('state').availability.state === 'ready');
      expect(await gateway('state').send(['PING'])).toBe('PONG');
      expect(states).toEqual(['state down', 'state ready']);
    });

    it('boots as usual when the server comes while it waits', async () => {
      await own.kill();
      const boot = open(own.url, { failFast: true, defaults: { bootTimeout: '10s' } });
      await own.restart();
      expect(await (await boot).gateway().send(['PING'])).toBe('PONG');
    });

    it('boots degraded when the server accepts and says nothing, and serves when it speaks', async () => {
      await own.restart();
      await own.freeze();
      const { gateway } = await open(own.url, { defaults: { bootTimeout: 100, commandTimeout: 100 } });
      await expect(gateway().send(['PING'])).rejects.toMatchObject(AWAY);
      await own.resume();
      await until(() =>
        gateway()
          .send(['PING'])
          .then(
            () => true,
            () => false,
          ),
      );
      await until(() => gateway().availability.state === 'ready');
    });

    it('boots degraded when every connection is reset, and takes that for no TLS server', async () => {
      await own.restart();
      const proxy = await startTcpProxy({ target: own.url });
      proxy.drop({ refuseNew: true });
      const { gateway } = await open(proxy.url, { defaults: { bootTimeout: 150 } });
      await expect(gateway().send(['PING'])).rejects.toMatchObject(AWAY);
      proxy.resume();
      await until(() => gateway().availability.state === 'ready');
      await proxy.stop();
    });

    it('fails the boot with failFast, and closes the other connections', async () => {
      await own.kill();
      const plan = { connections: { cache: server.url, state: own.url } };
      const boot = open(plan, { failFast: true, defaults: { bootTimeout: 100 } });
      await expect(boot).rejects.toMatchObject({ ...AWAY, connection: 'state' });
      await until(async () => (await clients()) === 0);
    });

    it('does not look at the server of a lazy connection, not even with failFast', async () => {
      await own.kill();
      const { gateway } = await open(own.url, { failFast: true, defaults: { lazyConnect: true } });
      expect(gateway().client.status).toBe('wait');
      await expect(gateway().send(['PING'])).rejects.toMatchObject(AWAY);
    });

    it('gives up after the tries it was allowed', async () => {
      await own.kill();
      const reconnect = { attempts: 2, minDelay: 1, maxDelay: 1 };
      const { gateway } = await open(own.url, { defaults: { bootTimeout: '1h', reconnect } });
      expect(gateway().client.status).toBe('end');
      await expect(gateway().send(['PING'])).rejects.toMatchObject({ ...AWAY, reason: 'closed' });
    });
  });

  describe("with a client of the application's own", () => {
    it('uses it, and leaves it open, with no listener left behind', async () => {
      const client = new Redis(server.url);
      const listeners = () => client.eventNames().map((name) => [name, client.listenerCount(name)]);
      const before = listeners();
      const { registry, gateway } = await openRegistry({ client }, { failFast: true });
      expect(gateway().client).toBe(client);
      expect(await gateway().send(['PING'])).toBe('PONG');
      await gateway().subscribe(`${ns}:own`, { onMessage: () => {} });
      await registry.close();
      expect(listeners()).toEqual(before);
      expect(await client.ping()).toBe('PONG');
      await until(async () => (await clients()) === 1);
      client.disconnect();
    });

    it('waits for one that is still connecting', async () => {
      const client = new Redis(server.url, { lazyConnect: true });
      const { gateway } = await open({ client }, { failFast: true });
      expect(client.status).toBe('ready');
      expect(await gateway().send(['PING'])).toBe('PONG');
      client.disconnect();
    });

    it('does not take the server for away when this process was kept from reading its greeting', async () => {
      const limits = { commandTimeout: 100, connectTimeout: 100, retryStrategy: () => 10 };
      const client = new Redis(server.url, { lazyConnect: true, ...limits });
      client.once('connect', () => setImmediate(block, 500));
      try {
        const { gateway } = await open({ client }, { failFast: true, defaults: { bootTimeout: 300 } });
        expect(await gateway().send(['PING'])).toBe('PONG');
      } finally {
        client.disconnect();
      }
    });

    it('says so when it was closed', async () => {
      const client = new Redis(server.url);
      const { gateway } = await open({ client }, { failFast: true });
      client.disconnect();
      await until(() => client.status === 'end');
      await expect(gateway().send(['PING'])).rejects.toMatchObject({ ...AWAY, reason: 'closed' });
    });
  });

  it('starts the embedded server, says so, and ends it', async () => {
    const events = new SuiteEvents();
    const told: { connection: string; port: number }[] = [];
    events.on('connection:embedded', ({ connection, port }) => told.push({ connection, port }));
    const { registry, gateway } = await openRegistry({ embedded: true }, { events, failFast: true });
    const [{ connection, port } = { connection: '', port: 0 }] = told;
    expect([told.length, connection]).toEqual([1, 'redis']);
    expect(await gateway().send(['PING'])).toBe('PONG');
    expect(await refusesConnections(port)).toBe(false);
    await expect(open(`redis://127.0.0.1:${port}`)).rejects.toMatchObject({ code: 'E_REDIS_AUTH' });
    await registry.close();
    expect(await refusesConnections(port)).toBe(true);
  });

  it('refuses the embedded server in production, unless that is allowed', async () => {
    const { NODE_ENV } = process.env;
    process.env['NODE_ENV'] = 'production';
    try {
      await expect(open({ embedded: true })).rejects.toMatchObject({ code: 'E_EMBEDDED_SERVER_REFUSED' });
      const { gateway } = await open({ embedded: true, allowInProduction: true });
      expect(await gateway().send(['PING'])).toBe('PONG');
    } finally {
      process.env['NODE_ENV'] = NODE_ENV;
    }
  });
});
