import { Injectable, Module } from '@nestjs/common';
import { Test } from '@nestjs/testing';
import { describe, expect, it } from '@jest/globals';
import { InvalidOptionsError } from '../../src/common/errors.js';
import { RateLimit } from '../../src/rate-limit/calls/rate-limit.decorator.js';
import { RedisModule } from '../../src/redis.module.js';
import type { RedisModuleOptions } from '../../src/redis.options.js';
import { withEnvironment } from '../support/environment.js';
import { useObservedServer } from '../support/observed-server.js';

/** Boots with options of any kind, and returns what the boot rejects with. */
async function bootError(raw: unknown, env: Record<string, string> = {}): Promise<InvalidOptionsError> {
  const forRoot = () => RedisModule.forRoot(raw as RedisModuleOptions);
  const boot = () => Test.createTestingModule({ imports: [forRoot()] }).compile();
  const error: unknown = await withEnvironment(env, boot).catch((thrown: unknown) => thrown);
  if (!(error instanceof InvalidOptionsError))
    throw new Error('The boot did not fail, or not by this error.', { cause: error });
  return error;
}

async function problems(raw: unknown, env: Record<string, string> = {}): Promise<string[]> {
  return (await bootError(raw, env)).problems.map(({ path, message }) => `${path}: ${message}`);
}

const GOOD_ENVIRONMENT = { REDIS_URL: 'redis://localhost' };
const GOOD = { connection: 'redis://localhost' };
const DURATION =
  "must be a positive number of milliseconds or a text such as '500ms', '30s', '15m', '1h' or '7d'";

describe('The boot fails', () => {
  it.each<[string, object, string]>([
    [
      'an unknown option',
      { ...GOOD, cahce: {} },
      'cahce: is no option here; the options are cache, connection, ',
    ],
    [
      'an unknown option of a wing',
      { ...GOOD, cache: { tll: '1h' } },
      'cache.tll: is no option here; the options are ',
    ],
    [
      'a bad URL',
      { connection: 'localhost:6379' },
      'connection: has another scheme; write redis://user:password@host:6379/0',
    ],
    ['a negative ttl', { ...GOOD, cache: { ttl: -5 } }, `cache.ttl: ${DURATION}; got -5`],
    ['a negative ttl in words', { ...GOOD, cache: { ttl: '-5s' } }, `cache.ttl: ${DURATION}; got '-5s'`],
    ["a ttl of '1 hour'", { ...GOOD, cache: { ttl: '1 hour' } }, `cache.ttl: ${DURATION}; got '1 hour'`],
    [
      'both connection and connections',
      { ...GOOD, connections: { cache: 'redis://c', state: 'redis://s' } },
      "connection: and 'connections' exclude each other: keep 'connection' for one server",
    ],
    [
      'a missing role',
      { connections: { cache: 'redis://c' } },
      'connections.state: is missing; name a server',
    ],
    [
      'a limit of 0',
      { ...GOOD, rateLimit: { policies: { login: { limit: 0, window: '1m' } } } },
      'rateLimit.policies.login.limit: must be a whole number from 1 to 1000000000, or a function of the subject; got 0',
    ],
    [
      'a limit without a window',
      { ...GOOD, rateLimit: { default: { limit: 5 } } },
      `rateLimit.default.window: ${DURATION}; got undefined`,
    ],
    ['a short secret', { ...GOOD, secret: 'hunter2' }, 'secret: must be a text of at least 16 characters'],
    [
      'a namespace that is no name',
      { ...GOOD, namespace: 'a:*' },
      'namespace: must be a text of letters, digits',
    ],
    [
      'settings that are none',
      { ...GOOD, connectionDefaults: 5 },
      'connectionDefaults: must be an object of options',
    ],
    ['failFast in words', { ...GOOD, failFast: 'yes' }, "failFast: must be true or false; got 'yes'"],
  ])('for %s, naming the option and the mend', async (_, raw, problem) => {
    expect(await problems(raw)).toEqual([expect.stringContaining(problem)]);
  });

  it('for all of them in one error', async () => {
    const error = await bootError({
      connection: 'http://user:hunter2@h',
      connections: null,
      namespace: '',
      secret: 'hunter2',
      failFast: 1,
      other: true,
      connectionDefaults: { commandTimeout: '1 second', reconnect: { attempts: -1 } },
      cache: { ttl: '-5s', enabled: 'no' },
      rateLimit: { policies: { login: { limit: 0, window: -5 } } },
      lock: { ttl: '1 hour', wait: true },
    });
    expect(error.problems.map(({ path }) => path).sort()).toEqual([
      'cache.enabled',
      'cache.ttl',
      'connection',
      'connection',
      'connectionDefaults.commandTimeout',
      'connectionDefaults.reconnect.attempts',
      'connections',
      'failFast',
      'lock.ttl',
      'lock.wait',
      'namespace',
      'other',
      'rateLimit.policies.login.limit',
      'rateLimit.policies.login.window',
      'secret',
    ]);
    expect(error.message).toMatch(/^RedisModule: 15 options cannot be used\.\n {2}- /);
    expect(error.message.split('\n')).toHaveLength(16);
    expect(error.message).not.toContain('hunter2');
  });

  it('for wrong options and a wrong environment in one error', async () => {
    const env = { REDIS_URL: 'redis://h:6379', REDIS_PORT: '6380', REDIS_KEY_PREFIX: '*' };
    expect(await problems({ cache: { ttl: 0 } }, env)).toEqual([
      expect.stringMatching(/^cache\.ttl: /),
      'REDIS_PORT: says something else than REDIS_URL about the port; remove one of the two',
      expect.stringMatching(/^REDIS_KEY_PREFIX: /),
    ]);
  });

  it('for an environment that says nothing, outside development and tests', async () => {
    expect(await problems({}, { NODE_ENV: 'production' })).toEqual([
      expect.stringMatching(/^connection: is missing: set REDIS_URL \(or REDIS_HOST\), or pass connection: /),
    ]);
  });

  it('not for an environment that the options do not need', async () => {
    const env = { REDIS_URL: 'nonsense', REDIS_KEY_PREFIX: '*' };
    const connection = { url: 'redis://127.0.0.1:1', lazyConnect: true };
    await withEnvironment(env, async () => {
      const imports = [RedisModule.forRoot({ connection, namespace: 'shop' })];
      await (await Test.createTestingModule({ imports }).compile()).close();
    });
  });

  it.each([[null], ['redis://h'], [5], [[]]])('for options from a factory that are %p', async (raw) => {
    const useFactory = () => raw as unknown as RedisModuleOptions;
    const boot = withEnvironment({}, () =>
      Test.createTestingModule({ imports: [RedisModule.forRootAsync({ useFactory })] }).compile(),
    );
    await expect(boot).rejects.toThrow('  - options: must be an object of options');
  });

  it.each([[null], ['redis://h'], [5], [[]]])(
    'for options that are %p, whatever the environment',
    async (raw) => {
      expect(await problems(raw, GOOD_ENVIRONMENT)).toEqual(['options: must be an object of options']);
    },
  );

  it("with the factory's own error", async () => {
    const useFactory = () => Promise.reject<RedisModuleOptions>(new RangeError('no configuration'));
    const boot = Test.createTestingModule({ imports: [RedisModule.forRootAsync({ useFactory })] }).compile();
    await expect(boot).rejects.toThrow(new RangeError('no configuration'));
  });
});

describe('A boot that fails', () => {
  const redis = useObservedServer();

  it('for a name without a server has opened nothing', async () => {
    const useFactory = () => ({ connection: redis.server.url });
    const imports = [RedisModule.forRootAsync({ useFactory, connectionNames: ['reports'] })];
    await expect(Test.createTestingModule({ imports }).compile()).rejects.toThrow(
      "connectionNames: lists 'reports', but 'connections' has no 'reports'; add it there, or remove the name here",
    );
    await redis.othersAreGone();
  });

  it('for wrong credentials closes what it has opened', async () => {
    const connections = {
      cache: redis.server.url,
      state: redis.server.url.replace(redis.server.password, 'hunter2'),
    };
    const boot = Test.createTestingModule({ imports: [RedisModule.forRoot({ connections })] }).compile();
    await expect(boot).rejects.toMatchObject({ code: 'E_REDIS_AUTH', connection: 'state' });
    await redis.othersAreGone();
  });

  it('for a server that is away, with failFast, closes what it has opened', async () => {
    const connections = { cache: redis.server.url, state: 'redis://127.0.0.1:1' };
    const connectionDefaults = { bootTimeout: 100 };
    const imports = [RedisModule.forRoot({ connections, connectionDefaults, failFast: true })];
    await expect(Test.createTestingModule({ imports }).compile()).rejects.toMatchObject({
      code: 'E_REDIS_UNAVAILABLE',
      message: expect.stringMatching(/; the application does not start without it, as 'failFast' says\.$/),
    });
    await redis.othersAreGone();
  });

  it('for what only the assembled application shows closes what it has opened', async () => {
    @Injectable()
    class Shop {
      @RateLimit('unknown', { key: () => 'everybody' })
      find(): Promise<number> {
        return Promise.resolve(1);
      }
    }
    @Module({ imports: [RedisModule.forRoot({ connection: redis.server.url })], providers: [Shop] })
    class AppModule {}
    const app = await Test.createTestingModule({ imports: [AppModule] }).compile();
    await expect(app.init()).rejects.toThrow(/Shop\.find.*unknown/s);
    await redis.othersAreGone();
  });
});

describe('A factory that forgets to return its options', () => {
  it('fails the boot, and does not mean the environment', async () => {
    const useFactory = () => undefined as unknown as RedisModuleOptions;
    const boot = () =>
      Test.createTestingModule({ imports: [RedisModule.forRootAsync({ useFactory })] }).compile();
    await expect(withEnvironment(GOOD_ENVIRONMENT, boot)).rejects.toMatchObject({
      problems: [{ path: 'options', message: 'must be an object of options' }],
    });
  });
});
