import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  findConnections,
  SINGLE_CONNECTION,
  type ServerOptions,
} from '../../../src/connection/connection-plan.js';

function problemsOf(options: ServerOptions, names: string[] = []): string[] {
  return findConnections(options, names).problems.map(({ path, message }) => `${path}: ${message}`);
}

describe('findConnections', () => {
  const before = { ...process.env };
  beforeEach(() => {
    for (const name of Object.keys(process.env)) if (/REDIS/.test(name)) delete process.env[name];
  });
  afterEach(() => {
    process.env = { ...before };
  });

  it('takes one connection for everything', () => {
    const connection = { host: 'h' };
    const { value, problems } = findConnections({ connection }, []);
    expect(problems).toEqual([]);
    expect(value?.[SINGLE_CONNECTION]).toBe(connection);
  });

  it('takes several connections by name', () => {
    const connections = { cache: 'redis://c', state: 'redis://s', jobs: { host: 'j' } };
    expect(findConnections({ connections }, ['cache', 'jobs'])).toEqual({ value: connections, problems: [] });
  });

  it('takes what the environment says when the options say nothing', () => {
    process.env['REDIS_URL'] = 'redis://h:1';
    expect(findConnections({}, []).value).toEqual({
      [SINGLE_CONNECTION]: { host: 'h', port: 1, tls: false },
    });
  });

  it('takes the embedded server in tests when nobody says anything', () => {
    expect(findConnections({}, []).value).toEqual({ [SINGLE_CONNECTION]: { embedded: true } });
  });

  it('puts nothing in the place of a wrong environment', () => {
    process.env['REDIS_PASSWORD'] = 'orphan';
    expect(findConnections({}, [])).toEqual({
      problems: [expect.objectContaining({ path: 'REDIS_PASSWORD' })],
    });
  });

  it('does not look at the environment when the options name a server', () => {
    Object.assign(process.env, { REDIS_URL: 'nonsense', REDIS_PORT: 'x', REDIS_REST_URL: 'y' });
    expect(problemsOf({ connection: 'redis://h' })).toEqual([]);
    expect(problemsOf({ connections: { cache: 'redis://c', state: 'redis://s' } })).toEqual([]);
  });

  it('refuses both forms together', () => {
    expect(
      problemsOf({ connection: 'redis://h', connections: { cache: 'redis://c', state: 'redis://s' } }),
    ).toEqual([
      "connection: and 'connections' exclude each other: keep 'connection' for one server, 'connections' for several",
    ]);
  });

  it('refuses both forms together with what is wrong in each', () => {
    expect(problemsOf({ connection: 'http://h', connections: { cache: { host: 'c', port: 0 } } })).toEqual([
      expect.stringMatching(/^connection: and 'connections' exclude each other/),
      expect.stringMatching(/^connection: has another scheme/),
      expect.stringMatching(/^connections\.state: is missing/),
      'connections.cache.port: must be a whole number from 1 to 65535; got 0',
    ]);
  });

  it.each([[null], ['redis://h'], [[]], [['redis://h']], [5]])(
    'refuses %p for connections',
    (connections) => {
      expect(problemsOf({ connections })).toEqual([
        'connections: must be an object such as { cache: …, state: … }',
      ]);
    },
  );

  it.each([[null], [5], [false]])('refuses %p for a connection', (connection) => {
    expect(problemsOf({ connection })).toEqual([
      expect.stringMatching(/^connection: must be a redis:\/\/ URL/),
    ]);
  });

  it('lists every wrong server and every missing role', () => {
    expect(
      problemsOf({ connections: { cache: 'http://c', jobs: { host: 'j', port: 0 }, mail: undefined } }),
    ).toEqual([
      "connections.state: is missing; name a server for 'cache' and one for 'state', or use 'connection' for both",
      expect.stringMatching(/^connections\.cache: has another scheme/),
      'connections.jobs.port: must be a whole number from 1 to 65535; got 0',
      expect.stringMatching(/^connections\.mail: must be a redis:\/\/ URL/),
    ]);
  });

  it.each<[string, ServerOptions]>([
    ['several', { connections: { cache: 'redis://c', state: 'redis://s', mail: 'redis://m' } }],
    ['one', { connection: 'redis://h' }],
  ])('refuses names that none of %s has', (_, options) => {
    expect(problemsOf(options, ['cache', 'state', 'jobs'])).toEqual([
      "connectionNames: lists 'jobs', but 'connections' has no 'jobs'; add it there, or remove the name here",
    ]);
  });
});
