import { randomUUID } from 'node:crypto';
import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { SYSTEM_CLOCK, type Clock } from '../../../src/common/clock.js';
import { SuiteEvents } from '../../../src/common/events.js';
import type { RedisConnection } from '../../../src/connection/connection-form.js';
import { IoredisGateway } from '../../../src/connection/ioredis-gateway.js';
import type { KeyNews } from '../../../src/connection/key-news/key-news.js';
import { startRedis } from '../../../src/testing/start-redis.js';
import { startTcpProxy } from '../../../src/testing/tcp-proxy.js';
import type { TestRedis } from '../../../src/testing/test-redis.js';
import { block } from '../../support/block.js';
import { NATIVE, startCluster, startSentinel } from '../../support/native-topologies.js';
import { newsLog, type NewsLog } from '../../support/news-log.js';
import { openRegistry } from '../../support/registry.js';
import { until } from '../../support/until.js';

const NAME = 'nestjs-redis-suite-key-news';

interface Servers {
  readonly connection: RedisConnection;
  stop(): Promise<void>;
}

async function startStandalone(kind?: 'embedded'): Promise<Servers> {
  const server = await startRedis(kind === undefined ? {} : { kind });
  return { connection: server.url, stop: () => server.stop() };
}

/** Seen to fail when the copies of such a client take over how it wants its replies: they cannot be made. */
async function startOwnClient(): Promise<Servers> {
  const server = await startRedis();
  const client = new Redis(server.url, { replyMapping: 'resp3' });
  const stop = async () => {
    client.disconnect();
    await server.stop();
  };
  return { connection: { client }, stop };
}

const CASES: { name: string; start: () => Promise<Servers> }[] = [
  { name: 'one server', start: () => startStandalone() },
  { name: 'a client of the application that maps its replies', start: startOwnClient },
  { name: 'the embedded server', start: () => startStandalone('embedded') },
  ...(NATIVE === null
    ? []
    : [
        { name: 'a Sentinel group', start: startSentinel },
        { name: 'a cluster', start: startCluster },
      ]),
];

describe.each(CASES)('Keys followed on $name', ({ start }) => {
  const prefix = `${randomUUID()}:`;
  let servers: Servers;
  let opened: Awaited<ReturnType<typeof openRegistry>>;
  let log: NewsLog;

  beforeAll(async () => {
    servers = await start();
    opened = await openRegistry(servers.connection, { failFast: true });
    log = newsLog();
    opened.gateway().follow(prefix, log.listener);
    await until(() => log.source === 'server');
  }, 60_000);
  afterAll(async () => {
    await opened?.registry.close();
    await servers?.stop();
  });

  it('are told when they are written, removed or expire, on whichever master', async () => {
    const keys = Array.from({ length: 20 }, (_, index) => `${prefix}${index}`);
    for (const change of [
      (key: string) => ['SET', key, 'a', 'PX', '60000'] as const,
      (key: string) => ['UNLINK', key] as const,
      (key: string) => ['SET', key, 'a', 'PX', '1'] as const,
    ]) {
      log.changed.clear();
      await Promise.all(keys.map((key) => opened.gateway().send(change(key))));
      await until(() => keys.every((key) => log.changed.has(key)));
    }
  });

  it('are those of the prefix only', async () => {
    await opened.gateway().send(['SET', `x${prefix}a`, 'a', 'PX', 60_000]);
    await opened.gateway().send(['SET', `${prefix}last`, 'a', 'PX', 60_000]);
    await until(() => log.changed.has(`${prefix}last`));
    expect([...log.changed].every((key) => key.startsWith(prefix))).toBe(true);
  });
});

describe('News of keys', () => {
  let server: TestRedis;
  let admin: Redis;
  const closers: (() => unknown)[] = [];

  beforeAll(async () => {
    server = await startRedis();
    admin = new Redis(server.url);
  });
  afterEach(async () => {
    for (const close of closers.splice(0).reverse()) await close();
  });
  afterAll(async () => {
    admin?.disconnect();
    await server?.stop();
  });

  async function open(client = new Redis(server.url), clock = SYSTEM_CLOCK): Promise<IoredisGateway> {
    const gateway = new IoredisGateway({
      ...{ name: 'cache', client, owned: false, topology: 'standalone', commandTimeoutMs: 200 },
      ...{ events: new SuiteEvents(), clock },
    });
    closers.push(
      () => client.disconnect(),
      () => gateway.close(200),
    );
    await gateway.open(5_000);
    return gateway;
  }

  async function follow(
    gateway: IoredisGateway,
    prefix: string = randomUUID(),
  ): Promise<NewsLog & { news: KeyNews }> {
    const log = newsLog();
    const news = gateway.follow(prefix, log.listener);
    await until(() => log.source !== null);
    return Object.assign(log, { news });
  }

  const newsConnections = async () =>
    String(await admin.client('LIST'))
      .split('\n')
      .filter((line) => line.includes(`name=${NAME} `))
      .map((line) => /\bid=(\d+)/.exec(line)?.[1] ?? '');

  it('come over one connection of their own, which ends with the gateway although the client is not ours', async () => {
    const gateway = await open();
    await follow(gateway);
    expect(await newsConnections()).toHaveLength(1);
    await gateway.close(200);
    await until(async () => (await newsConnections()).length === 0);
    expect(gateway.client.status).toBe('ready');
  });

  it('are lost and followed again each time the connection is killed', async () => {
    const log = await follow(await open());
    for (let round = 1; round <= 3; round++) {
      const [id] = await newsConnections();
      await admin.client('KILL', 'ID', id!);
      await until(() => log.lost === round && log.followed === round + 1);
    }
    expect(log.source).toBe('server');
  });

  it('are lost when the connection for commands is, for it may come back at another server', async () => {
    const gateway = await open();
    const log = await follow(gateway);
    await admin.client('KILL', 'ID', String(await gateway.send(['CLIENT', 'ID'])));
    await until(() => log.lost === 1 && log.followed === 2);
  });

  it('are lost when their connection falls silent while commands are answered', async () => {
    const proxy = await startTcpProxy({ target: server.url });
    closers.push(() => proxy.stop());
    const client = new Redis(server.url);
    const { port } = proxy;
    client.duplicate = ((options: object) => new Redis({ ...client.options, ...options, port })) as never;
    const gateway = await open(client);
    const log = await follow(gateway);
    proxy.freeze();
    await until(() => log.lost === 1);
    expect(await gateway.send(['PING'])).toBe('PONG');
    expect(gateway.availability.state).toBe('ready');
    proxy.resume();
    await until(() => log.followed === 2);
  });

  // Seen to fail with the timer that ioredis sets for each command, which is over before the answer is read.
  it('go on when this process stands still after it asked for a sign of life', async () => {
    let watched = 0;
    const after: Clock['after'] = (delayMs, wake) =>
      SYSTEM_CLOCK.after(delayMs, () => {
        wake();
        if (delayMs === 500 && ++watched === 1) setImmediate(block, 400);
      });
    const log = await follow(await open(undefined, { ...SYSTEM_CLOCK, after }));
    await until(() => watched === 3);
    expect(log.lost).toBe(0);
  });

  it('say that the server is away when it is silent on both connections', async () => {
    const proxy = await startTcpProxy({ target: server.url });
    closers.push(() => proxy.stop());
    const gateway = await open(new Redis(proxy.url));
    const log = await follow(gateway);
    let stateAtLoss = '';
    log.onLost = () => (stateAtLoss = gateway.availability.state);
    proxy.freeze();
    await until(() => log.lost === 1);
    expect(stateAtLoss).toBe('down');
    proxy.resume();
    await until(() => log.followed === 2 && gateway.availability.state === 'ready');
  });

  it('come from the processes themselves where the server refuses to tell', async () => {
    await admin.acl('SETUSER', 'untold', 'on', '>secret', '~*', '&*', '+@all', '-client|tracking');
    const [writer, reader] = await Promise.all(
      [1, 2].map(async () =>
        follow(
          await open(new Redis({ ...optionsOf(server), username: 'untold', password: 'secret' })),
          'bus:',
        ),
      ),
    );
    expect([writer!.source, reader!.source]).toEqual(['processes', 'processes']);
    writer!.news.announce(['bus:a', 'bus:b']);
    await until(() => reader!.changed.has('bus:a') && reader!.changed.has('bus:b'));
    await admin.publish('bus:{changes}', 'no list of keys');
    await until(() => reader!.all === 1);
  });

  it('come from nobody where the server allows no channel either', async () => {
    await admin.acl('SETUSER', 'deaf', 'on', '>secret', '~*', 'resetchannels', '+@all', '-client|tracking');
    const client = new Redis({ ...optionsOf(server), username: 'deaf', password: 'secret' });
    expect((await follow(await open(client))).source).toBe('nobody');
  });
});

function optionsOf({ url }: TestRedis): { host: string; port: number } {
  const { hostname, port } = new URL(url);
  return { host: hostname, port: Number(port) };
}
