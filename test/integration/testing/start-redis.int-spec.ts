import { existsSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { InvalidOptionsError } from '../../../src/common/errors.js';
import { EmbeddedServerStartError } from '../../../src/connection/embedded/embedded.errors.js';
import { startRedis } from '../../../src/testing/start-redis.js';
import type { TestRedis } from '../../../src/testing/test-redis.js';
import { TestServerMissingError, TestServerStartError } from '../../../src/testing/testing.errors.js';
import { HAS_NATIVE_SERVER, INSTALLED_KINDS } from '../../support/installed-kinds.js';
import { raceOff, refusesConnections } from '../../support/tcp.js';

const START_ERRORS = { native: TestServerStartError, embedded: EmbeddedServerStartError };

describe.each(INSTALLED_KINDS)('startRedis, %s', (kind) => {
  const servers: TestRedis[] = [];
  const clients: Redis[] = [];
  let redis: TestRedis;

  beforeAll(async () => {
    redis = await startRedis({ kind, config: { 'maxmemory-policy': 'allkeys-lru', maxmemory: '100mb' } });
    servers.push(redis);
  });
  afterAll(async () => {
    for (const client of clients) if (client.status !== 'end') client.disconnect();
    await Promise.all(servers.map((server) => server.stop()));
  });

  /** Connects once; a lost connection is not sought again. */
  function connect(server: TestRedis, password = server.password): Redis {
    const { host, port } = server;
    const client = new Redis({ host, port, password, lazyConnect: true, retryStrategy: () => null });
    client.on('error', () => undefined);
    clients.push(client);
    return client;
  }

  it('says what it is', () => {
    expect(redis).toMatchObject({ kind, host: '127.0.0.1' });
    expect(redis.url).toBe(`redis://:${redis.password}@127.0.0.1:${redis.port}`);
  });

  it('takes its configuration and keeps nothing on disk', async () => {
    const client = connect(redis);
    expect(await client.config('GET', 'maxmemory')).toEqual(['maxmemory', String(100 * 2 ** 20)]);
    expect(await client.config('GET', 'maxmemory-policy')).toEqual(['maxmemory-policy', 'allkeys-lru']);
    expect(await client.config('GET', 'save')).toEqual(['save', '']);
    expect(await client.config('GET', 'appendonly')).toEqual(['appendonly', 'no']);
  });

  it('refuses clients without its password', async () => {
    await expect(connect(redis).call('AUTH', 'wrong')).rejects.toThrow('WRONGPASS');
    await expect(connect(redis, '').get('any')).rejects.toThrow('NOAUTH');
  });

  it('answers many commands that were sent at once', async () => {
    const client = connect(redis);
    const rounds = Array.from({ length: 500 }, (_, i) => client.incrby('many', i));
    expect((await Promise.all(rounds)).at(-1)).toBe((499 * 500) / 2);
  });

  it('stops answering while frozen, and does then what it was asked meanwhile', async () => {
    const client = connect(redis);
    await client.set('frozen', 1);
    await redis.freeze();
    const reply = client.incr('frozen');
    await expect(raceOff(reply)).resolves.toBe('pending');
    expect(client.status).toBe('ready');
    await redis.resume();
    await expect(reply).resolves.toBe(2);
  });

  it('restarts empty with the same port and password, killed or not', async () => {
    await using own = await startRedis({ kind, password: 'p@ss "word"' });
    const { port, url } = own;
    for (const downFirst of [true, false]) {
      await connect(own).set('gone', 1);
      if (downFirst) {
        await own.kill();
        expect(await refusesConnections(port)).toBe(true);
      }
      await own.restart();
      expect(own).toMatchObject({ port, url });
      expect(await connect(own).exists('gone')).toBe(0);
    }
  });

  it('can be stopped twice, also while frozen, and its port is closed then', async () => {
    const own = await startRedis({ kind });
    await own.freeze();
    await Promise.all([own.stop(), own.stop()]);
    await own.stop();
    expect(await refusesConnections(own.port)).toBe(true);
  });

  it('starts and stops many at once, each with its own data', async () => {
    const many = await Promise.all(Array.from({ length: 6 }, () => startRedis({ kind })));
    servers.push(...many);
    expect(new Set(many.map(({ port }) => port)).size).toBe(6);
    await Promise.all(many.map((server) => connect(server).set('own', server.port)));
    const values = await Promise.all(many.map((server) => connect(server).get('own')));
    expect(values).toEqual(many.map(({ port }) => String(port)));
    await Promise.all(many.map((server) => server.stop()));
    expect(await Promise.all(many.map(({ port }) => refusesConnections(port)))).toEqual(many.map(() => true));
  });

  it('says why it did not start', async () => {
    await expect(startRedis({ kind, port: redis.port })).rejects.toThrow(/address already in use/i);
    await expect(startRedis({ kind, port: redis.port })).rejects.toThrow(START_ERRORS[kind]);
    await expect(startRedis({ kind, config: { 'no-such-parameter': '1' } })).rejects.toThrow(
      'no-such-parameter',
    );
  });
});

/** Defines what needs a server program only where there is one: without it there is nothing to skip. */
const describeNative = HAS_NATIVE_SERVER ? describe : () => undefined;

describeNative('startRedis, native', () => {
  it('persists when told so, and removes its files at the end', async () => {
    const redis = await startRedis({ kind: 'native', config: { appendonly: 'yes', save: '3600 1 300 100' } });
    const client = new Redis(redis.url);
    const [, directory] = (await client.config('GET', 'dir')) as [string, string];
    await client.set('kept', 'yes');
    client.disconnect();
    await redis.restart();

    const again = new Redis(redis.url);
    expect(await again.get('kept')).toBe('yes');
    expect(await again.config('GET', 'save')).toEqual(['save', '3600 1 300 100']);
    again.disconnect();
    expect(existsSync(directory)).toBe(true);
    await redis.stop();
    expect(existsSync(directory)).toBe(false);
  });
});

describe('the choice of the server', () => {
  const { PATH, REDIS_SUITE_TEST_SERVER } = process.env;
  const setEnv = (values: NodeJS.ProcessEnv): void => {
    for (const [name, value] of Object.entries(values)) {
      if (value === undefined) Reflect.deleteProperty(process.env, name);
      else process.env[name] = value;
    }
  };
  afterAll(() => setEnv({ PATH, REDIS_SUITE_TEST_SERVER }));

  const CHOICES = [
    { demanded: undefined, installed: true, kind: 'native' },
    { demanded: '', installed: true, kind: 'native' },
    { demanded: 'native', installed: true, kind: 'native' },
    { demanded: 'embedded', installed: true, kind: 'embedded' },
    { demanded: undefined, installed: false, kind: 'embedded' },
  ].filter(({ installed }) => HAS_NATIVE_SERVER || !installed);

  it.each(CHOICES)(
    'is $kind: demanded $demanded, on PATH $installed',
    async ({ demanded, installed, kind }) => {
      setEnv({ PATH: installed ? PATH : '', REDIS_SUITE_TEST_SERVER: demanded });
      await using redis = await startRedis();
      expect(redis.kind).toBe(kind);
    },
  );

  it.each(INSTALLED_KINDS)('is %s when the test demands it, whatever the environment says', async (kind) => {
    setEnv({ PATH, REDIS_SUITE_TEST_SERVER: kind === 'native' ? 'embedded' : 'native' });
    await using redis = await startRedis({ kind });
    expect(redis.kind).toBe(kind);
  });

  it('is refused when a native server is demanded and none is installed', async () => {
    setEnv({ PATH: '', REDIS_SUITE_TEST_SERVER: 'native' });
    await expect(startRedis()).rejects.toThrow(TestServerMissingError);
  });

  it('is refused when it is no kind', async () => {
    setEnv({ PATH, REDIS_SUITE_TEST_SERVER: 'docker' });
    await expect(startRedis()).rejects.toThrow(InvalidOptionsError);
    await expect(startRedis()).rejects.toThrow(
      "REDIS_SUITE_TEST_SERVER: must be 'native' or 'embedded'; got 'docker'",
    );
  });
});
