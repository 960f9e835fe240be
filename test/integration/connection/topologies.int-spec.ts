import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { SuiteEvents } from '../../../src/common/events.js';
import type { RedisConnection } from '../../../src/connection/connection-form.js';
import type { LuaScript } from '../../../src/connection/lua-script.js';
import type { RedisTopology } from '../../../src/connection/redis-gateway.js';
import { startRedis } from '../../../src/testing/start-redis.js';
import { startTcpProxy } from '../../../src/testing/tcp-proxy.js';
import { openGateway } from '../../support/gateway.js';
import {
  NATIVE,
  startCluster,
  startSentinel,
  startSocket,
  startTls,
  type TlsTopology,
} from '../../support/native-topologies.js';
import { startRest } from '../../support/rest.js';
import { openRegistry, type OpenRegistry } from '../../support/registry.js';
import { runProgram } from '../../support/run-program.js';
import { until } from '../../support/until.js';

const ADD: LuaScript = {
  name: 'add-1',
  source: "return redis.call('INCRBY', KEYS[1], ARGV[1])",
};

interface Servers {
  readonly connection: RedisConnection;
  stop(): Promise<void>;
}

async function startStandalone(): Promise<Servers> {
  const server = await startRedis();
  return { connection: server.url, stop: () => server.stop() };
}

async function startEndpoint(): Promise<Servers> {
  const { shim, stop } = await startRest();
  return { connection: { rest: { url: shim.url, token: shim.token } }, stop };
}

interface Case {
  readonly name: string;
  readonly topology: RedisTopology;
  readonly masters: number;
  readonly start: () => Promise<Servers>;
}

/** The embedded server is one server without TLS, so the other ways to connect exist only with a native one. */
const CASES: Case[] = [
  { name: 'one server', topology: 'standalone', masters: 1, start: startStandalone },
  { name: 'a REST endpoint', topology: 'rest', masters: 1, start: startEndpoint },
  ...(NATIVE === null
    ? []
    : ([
        { name: 'one server over TLS', topology: 'standalone', masters: 1, start: startTls },
        { name: 'one server at a socket', topology: 'standalone', masters: 1, start: startSocket },
        { name: 'a Sentinel group', topology: 'sentinel', masters: 1, start: startSentinel },
        { name: 'a cluster', topology: 'cluster', masters: 3, start: startCluster },
      ] as const)),
];

describe.each(CASES)('A connection to $name', ({ topology, masters, start }) => {
  const ns = randomUUID();
  let servers: Servers;
  let opened: OpenRegistry;

  beforeAll(async () => {
    servers = await start();
    opened = await openRegistry(servers.connection, { failFast: true });
  });
  afterAll(async () => {
    await opened?.registry.close();
    await servers?.stop();
  });

  it('says what it is', () => {
    expect(opened.gateway().topology).toBe(topology);
    expect(opened.gateway().availability.state).toBe('ready');
  });

  it('sends commands, one and several', async () => {
    const gateway = opened.gateway();
    await gateway.send(['SET', `${ns}:a`, 'x']);
    expect(await gateway.send(['GET', `${ns}:a`])).toBe('x');
    const keys = Array.from({ length: 20 }, (_, i) => `${ns}:${i}`);
    await gateway.sendMany(keys.map((key, i) => ['SET', key, i]));
    expect(await gateway.sendMany(keys.map((key) => ['GET', key]))).toEqual(keys.map((_, i) => String(i)));
  });

  it('runs a script wherever its keys are, unknown to the server or not', async () => {
    for (let i = 0; i < 12; i++) {
      const call = { script: ADD, keys: [`${ns}:n${i}`], args: [2] };
      expect(await opened.gateway().run(call)).toBe(2);
    }
  });

  it('finds every key, and asks every master', async () => {
    const gateway = opened.gateway();
    await gateway.sendMany(Array.from({ length: 30 }, (_, i) => ['SET', `${ns}:scan:${i}`, i]));
    const found = new Set<string>();
    for await (const keys of gateway.scan(`${ns}:scan:*`)) for (const key of keys) found.add(key);
    expect(found.size).toBe(30);
    expect(await gateway.sendToMasters(['PING'])).toEqual(Array.from({ length: masters }, () => 'PONG'));
  });

  it('groups keys so that one command may name each group', async () => {
    const keys = Array.from({ length: 10 }, (_, i) => `${ns}:group:${i}`);
    const groups = opened.gateway().groupKeys(keys);
    expect(groups.flat().sort()).toEqual(keys.sort());
    for (const group of groups) expect(await opened.gateway().send(['UNLINK', ...group])).toBe(0);
  });

  it('delivers messages, or says that it cannot', async () => {
    const gateway = opened.gateway();
    expect(gateway.capabilities.push).toBe(topology !== 'rest');
    if (!gateway.capabilities.push) {
      const refused = expect(gateway.subscribe(`${ns}:channel`, { onMessage: () => undefined }));
      await refused.rejects.toMatchObject({ code: 'E_REDIS_UNSUPPORTED' });
      return;
    }
    const messages: string[] = [];
    const stop = await gateway.subscribe(`${ns}:channel`, { onMessage: (text) => messages.push(text) });
    await gateway.send(['PUBLISH', `${ns}:channel`, 'hello']);
    await until(() => messages.length === 1);
    await stop();
    expect(messages).toEqual(['hello']);
  });

  it('finds keys and asks masters also with its first call', async () => {
    const lazy = await openRegistry(servers.connection, { defaults: { lazyConnect: true } });
    await opened.gateway().send(['SET', `${ns}:lazy`, 1]);
    const found: string[] = [];
    for await (const keys of lazy.gateway().scan(`${ns}:lazy`)) found.push(...keys);
    expect(found).toEqual([`${ns}:lazy`]);
    await lazy.registry.close();
  });
});

/** Connects without the authority's certificate, and closes a few milliseconds later, each time others. */
const BREAK_OFF = `
  import { setTimeout } from 'node:timers/promises';
  import { openGateway } from './test/support/gateway.ts';
  for (let i = 0; i < 150; i++) {
    const { gateway, close } = await openGateway(process.env.URL, { lazyConnect: true });
    gateway.send(['PING']).catch(() => {});
    await setTimeout(i % 8);
    await close();
  }`;

if (NATIVE !== null) {
  describe('TLS', () => {
    let server: TlsTopology;
    beforeAll(async () => {
      server = await startTls();
    });
    afterAll(() => server?.stop());

    it('is spoken by fields as well as by a URL', async () => {
      const { port, password, tls } = server;
      const { registry, gateway } = await openRegistry(
        { host: '127.0.0.1', port, password, tls },
        { failFast: true },
      );
      expect(await gateway().send(['PING'])).toBe('PONG');
      await registry.close();
    });

    it.each(['redis://127.0.0.1', { host: '127.0.0.1' }])(
      'is demanded by name when %j speaks plainly',
      async (plain) => {
        const { port, password } = server;
        const connection =
          typeof plain === 'string'
            ? plain.replace('//', `//:${password}@`) + `:${port}`
            : { ...plain, port, password };
        await expect(openRegistry(connection)).rejects.toMatchObject({
          code: 'E_REDIS_TLS_REQUIRED',
          message: expect.stringContaining('write rediss:// in place of redis://, or set tls'),
        });
      },
    );

    it('is not spoken to a server with an unknown certificate', async () => {
      const { port, password } = server;
      const opening = openRegistry(`rediss://:${password}@localhost:${port}`, {
        failFast: true,
        defaults: { bootTimeout: 500 },
      });
      await expect(opening).rejects.toMatchObject({ code: 'E_REDIS_UNAVAILABLE' });
    });

    it('that the server does not speak is told as what may be', async () => {
      const [plain] = server.servers;
      const told: string[] = [];
      const events = new SuiteEvents();
      events.on('connection:error', ({ message }) => told.push(message));
      const { registry } = await openRegistry(plain!.url.replace('redis:', 'rediss:'), {
        events,
        defaults: { connectTimeout: 100, bootTimeout: 100 },
      });
      await until(() => told.length > 0);
      expect(told[0]).toBe('ETIMEDOUT: see that the port speaks TLS');
      await registry.close();
    });

    // Seen to fail when a connection in the making counts as one that owes what will be sent again.
    it('has all of connectTimeout to greet, although a call waits to be sent again', async () => {
      const { port, password, tls } = server;
      const proxy = await startTcpProxy({ target: `redis://localhost:${port}` });
      const opened = await openGateway(
        { host: 'localhost', port: proxy.port, password, tls },
        { commandTimeout: 50, connectTimeout: 500, maxRetriesPerRequest: 3 },
      );
      const told: string[] = [];
      opened.events.on('connection:error', ({ message }) => told.push(message));
      proxy.freeze();
      await expect(opened.gateway.send(['PING'])).rejects.toMatchObject({ reason: 'timeout' });
      proxy.drop();
      await until(() => told.includes('ETIMEDOUT'));
      expect(told).not.toContain('no answer, so the connection is made anew');
      await opened.close();
      await proxy.stop();
    });

    // Seen to fail, by an uncaught error, when clients are ended by ioredis alone.
    it('may be broken off at any moment of its handshake', async () => {
      const { port, password } = server;
      const env = { URL: `rediss://:${password}@localhost:${port}` };
      const { code, stderr } = await runProgram(BREAK_OFF, { env });
      expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
    });
  });
}
