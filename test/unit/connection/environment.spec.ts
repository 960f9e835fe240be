import { describe, expect, it } from '@jest/globals';
import { InvalidOptionsError } from '../../../src/common/errors.js';
import { redisOptionsFromEnv } from '../../../src/connection/environment.js';

type Environment = Record<string, string>;

/** Returns the problems that an environment has, as `variable: message`. */
function problemsOf(env: Environment): string[] {
  try {
    redisOptionsFromEnv(env);
    return [];
  } catch (error) {
    expect(error).toBeInstanceOf(InvalidOptionsError);
    return (error as InvalidOptionsError).problems.map(({ path, message }) => `${path}: ${message}`);
  }
}

describe('redisOptionsFromEnv', () => {
  it.each<[string, Environment, object]>([
    ['nothing', {}, {}],
    [
      'nothing in blank variables',
      { REDIS_URL: '', REDIS_HOST: ' ', REDIS_PASSWORD: '', REDIS_REST_URL: '' },
      {},
    ],
    [
      'a URL',
      { REDIS_URL: 'rediss://u:p@h:1234/2' },
      { host: 'h', port: 1234, username: 'u', password: 'p', db: 2, tls: true },
    ],
    ['a host', { REDIS_HOST: 'h' }, { host: 'h' }],
    [
      'a socket, with what its URL has no place for',
      { REDIS_URL: 'unix:///run/redis.sock', REDIS_USERNAME: 'u', REDIS_PASSWORD: 'p', REDIS_DB: '3' },
      { path: '/run/redis.sock', username: 'u', password: 'p', db: 3 },
    ],
    [
      'every field',
      {
        REDIS_HOST: 'h',
        REDIS_PORT: '6380',
        REDIS_USERNAME: 'u',
        REDIS_PASSWORD: 'p',
        REDIS_DB: '3',
        REDIS_TLS: 'true',
      },
      { host: 'h', port: 6380, username: 'u', password: 'p', db: 3, tls: true },
    ],
    [
      'variables with blanks around them',
      { REDIS_HOST: ' h\n', REDIS_PORT: ' 6380 ' },
      { host: 'h', port: 6380 },
    ],
    [
      'a password with blanks around it',
      { REDIS_HOST: 'h', REDIS_PASSWORD: ' p ' },
      { host: 'h', password: ' p ' },
    ],
    ['a password of one blank', { REDIS_HOST: 'h', REDIS_PASSWORD: ' ' }, { host: 'h', password: ' ' }],
    [
      'TCP before REST',
      { REDIS_HOST: 'h', REDIS_REST_URL: 'https://h', REDIS_REST_TOKEN: 't' },
      { host: 'h' },
    ],
  ])('reads %s', (_, env, connection) => {
    const expected = Object.keys(connection).length === 0 ? {} : { connection };
    expect(redisOptionsFromEnv(env)).toEqual(expected);
  });

  it.each([
    ['true', true],
    ['TRUE', true],
    ['1', true],
    ['false', false],
    ['0', false],
  ])('reads REDIS_TLS=%s', (text, tls) => {
    expect(redisOptionsFromEnv({ REDIS_HOST: 'h', REDIS_TLS: text })).toEqual({
      connection: { host: 'h', tls },
    });
  });

  it.each<[string, Environment, object]>([
    ['the port', { REDIS_URL: 'redis://h', REDIS_PORT: '6380' }, { host: 'h', port: 6380, tls: false }],
    [
      'the password',
      { REDIS_URL: 'redis://h', REDIS_PASSWORD: 'p' },
      { host: 'h', password: 'p', tls: false },
    ],
    [
      'the user',
      { REDIS_URL: 'redis://:p@h', REDIS_USERNAME: 'u' },
      { host: 'h', username: 'u', password: 'p', tls: false },
    ],
    ['the database', { REDIS_URL: 'redis://h', REDIS_DB: '0' }, { host: 'h', db: 0, tls: false }],
  ])('fills %s, which the URL lacks', (_, env, connection) => {
    expect(redisOptionsFromEnv(env)).toEqual({ connection });
  });

  it('lets single variables repeat the URL', () => {
    const env = {
      REDIS_URL: 'rediss://u:p%40@h:6380/2',
      REDIS_HOST: 'h',
      REDIS_PORT: '6380',
      REDIS_USERNAME: 'u',
      REDIS_PASSWORD: 'p@',
      REDIS_DB: '2',
      REDIS_TLS: '1',
    };
    expect(redisOptionsFromEnv(env)).toEqual(redisOptionsFromEnv({ REDIS_URL: env.REDIS_URL }));
  });

  it.each([
    ['REDIS_HOST', 'other', 'host'],
    ['REDIS_PORT', '6381', 'port'],
    ['REDIS_USERNAME', 'hunter', 'user name'],
    ['REDIS_PASSWORD', 'hunter2', 'password'],
    ['REDIS_DB', '3', 'database'],
    ['REDIS_TLS', 'false', 'use of TLS'],
  ])('names both variables when %s contradicts the URL', (name, text, field) => {
    const found = problemsOf({ REDIS_URL: 'rediss://u:secret@h:6380/2', [name]: text });
    expect(found).toEqual([
      `${name}: says something else than REDIS_URL about the ${field}; remove one of the two`,
    ]);
  });

  it.each(['REDIS_HOST', 'REDIS_PORT'])('lets %s not go with a socket', (name) => {
    const found = problemsOf({ REDIS_URL: 'unix:///run/redis.sock', [name]: '6379' });
    expect(found).toEqual([expect.stringMatching(`^${name}: says something else than REDIS_URL about the `)]);
  });

  it.each([
    [
      'REDIS_URL',
      'http://user:hunter2@h',
      'has another scheme; write redis://user:password@host:6379/0, rediss:// for TLS, or unix:///path/to/redis.sock',
    ],
    ['REDIS_HOST', 'redis://:hunter2@h', 'must be a host name or address'],
    ['REDIS_HOST', 'a b', 'must be a host name or address'],
    ['REDIS_PORT', '0', 'must be a port from 1 to 65535'],
    ['REDIS_PORT', '65536', 'must be a port from 1 to 65535'],
    ['REDIS_PORT', '6379a', 'must be a port from 1 to 65535'],
    ['REDIS_DB', '-1', 'must be a database number'],
    ['REDIS_DB', '1.5', 'must be a database number'],
    ['REDIS_TLS', 'yes', 'must be true or false'],
    ['REDIS_KEY_PREFIX', 'a:b', "must be a text of letters, digits, '.', '_' and '-', such as 'shop'"],
    ['REDIS_KEY_PREFIX', '*', "must be a text of letters, digits, '.', '_' and '-', such as 'shop'"],
    ['REDIS_KEY_PREFIX', ':', "must be a text of letters, digits, '.', '_' and '-', such as 'shop'"],
  ])('refuses %s=%s without quoting it', (name, text, message) => {
    const others: Environment = name === 'REDIS_URL' || name === 'REDIS_HOST' ? {} : { REDIS_HOST: 'h' };
    expect(problemsOf({ ...others, [name]: text })).toEqual([`${name}: ${message}`]);
  });

  it('lists everything that is wrong in one error', () => {
    const env = {
      REDIS_URL: 'redis://h:6379',
      REDIS_PORT: '1',
      REDIS_DB: 'x',
      REDIS_TLS: 'maybe',
      REDIS_KEY_PREFIX: ' * ',
    };
    expect(() => redisOptionsFromEnv(env)).toThrow(/^Environment: 4 options cannot be used\./);
    expect(problemsOf(env).map((problem) => problem.split(':')[0])).toEqual([
      'REDIS_DB',
      'REDIS_TLS',
      'REDIS_PORT',
      'REDIS_KEY_PREFIX',
    ]);
  });

  it('refuses every variable that belongs to a server which nothing names', () => {
    const message = 'is set, but neither REDIS_URL nor REDIS_HOST names a server; set one of them';
    expect(problemsOf({ REDIS_PASSWORD: 'hunter2', REDIS_PORT: '6379' })).toEqual([
      `REDIS_PORT: ${message}`,
      `REDIS_PASSWORD: ${message}`,
    ]);
  });

  const REST = { REDIS_REST_URL: 'https://name.upstash.io', REDIS_REST_TOKEN: 'hunter2' };
  const UPSTASH = {
    UPSTASH_REDIS_REST_URL: REST.REDIS_REST_URL,
    UPSTASH_REDIS_REST_TOKEN: REST.REDIS_REST_TOKEN,
  };
  const endpoint = { connection: { rest: { url: 'https://name.upstash.io', token: 'hunter2' } } };

  it.each<[string, Environment]>([
    ['by our names', REST],
    ["by Upstash's names", UPSTASH],
    ['by both, if they say the same', { ...REST, ...UPSTASH }],
    [
      'by one of each',
      { REDIS_REST_URL: REST.REDIS_REST_URL, UPSTASH_REDIS_REST_TOKEN: ' hunter2 ', REDIS_URL: ' ' },
    ],
  ])('reads a REST endpoint %s', (_, env) => {
    expect(redisOptionsFromEnv(env)).toEqual(endpoint);
  });

  it('names both variables when two of one endpoint contradict each other, used or not', () => {
    const env = { ...REST, UPSTASH_REDIS_REST_URL: 'https://other', UPSTASH_REDIS_REST_TOKEN: 'hunter3' };
    const expected = ['URL', 'TOKEN'].map(
      (name) =>
        `UPSTASH_REDIS_REST_${name}: says something else than REDIS_REST_${name}; remove one of the two`,
    );
    expect(problemsOf(env)).toEqual(expected);
    expect(problemsOf({ ...env, REDIS_HOST: 'h' })).toEqual(expected);
  });

  it.each<[string, Environment, string]>([
    [
      'without its token',
      { UPSTASH_REDIS_REST_URL: 'https://h' },
      'UPSTASH_REDIS_REST_URL: is set, but REDIS_REST_TOKEN is not; set it to the token of that endpoint',
    ],
    [
      'without its URL',
      { REDIS_REST_TOKEN: 'hunter2' },
      'REDIS_REST_TOKEN: is set, but REDIS_REST_URL is not; set it to the URL of that endpoint',
    ],
    [
      'over plain HTTP',
      { ...REST, REDIS_REST_URL: 'http://hunter2.example' },
      'REDIS_REST_URL: sends the token unprotected over http://; write https://name.upstash.io',
    ],
    [
      'by the URL for TCP',
      { ...UPSTASH, UPSTASH_REDIS_REST_URL: 'rediss://:hunter2@h' },
      'UPSTASH_REDIS_REST_URL: has another scheme; write https://name.upstash.io',
    ],
    [
      'with a token of two words',
      { ...REST, REDIS_REST_TOKEN: 'hunter 2' },
      'REDIS_REST_TOKEN: must be a token without blanks',
    ],
  ])('refuses a REST endpoint %s, without quoting it', (_, env, problem) => {
    expect(problemsOf(env)).toEqual([problem]);
  });

  it('does not mend a REST endpoint that TCP makes unneeded', () => {
    const tcp = { REDIS_URL: 'redis://h' };
    const expected = redisOptionsFromEnv(tcp);
    expect(redisOptionsFromEnv({ ...tcp, REDIS_REST_TOKEN: 'a b' })).toEqual(expected);
    expect(redisOptionsFromEnv({ ...tcp, ...REST })).toEqual(expected);
  });

  it.each([
    ['shop', 'shop'],
    ['shop:', 'shop'],
    ['shop::', 'shop'],
    [' shop-eu_1.a ', 'shop-eu_1.a'],
  ])('takes REDIS_KEY_PREFIX=%j for the namespace %s', (prefix, namespace) => {
    expect(redisOptionsFromEnv({ REDIS_KEY_PREFIX: prefix })).toEqual({ namespace });
  });

  it('reads the environment of the process', () => {
    const before = { ...process.env };
    for (const name of Object.keys(process.env)) if (/REDIS/.test(name)) delete process.env[name];
    try {
      process.env['REDIS_HOST'] = 'from-the-process';
      expect(redisOptionsFromEnv()).toEqual({ connection: { host: 'from-the-process' } });
    } finally {
      process.env = before;
    }
  });
});
