import { afterAll, describe, expect, it } from '@jest/globals';
import { Cluster, Redis } from 'ioredis';
import { connectionProblems } from '../../../src/connection/connection-form.js';

const SECRET = 'hunter2';

const single = new Redis({ lazyConnect: true });
const cluster = new Cluster([{ host: 'h', port: 1 }], { lazyConnect: true });
const prefixed = new Redis({ lazyConnect: true, keyPrefix: 'p:' });
const stringly = new Redis({ lazyConnect: true, stringNumbers: true });
const piped = new Redis({ lazyConnect: true, enableAutoPipelining: true });
const ended = new Redis({ lazyConnect: true });
ended.disconnect();
const nodesOptions = { keyPrefix: 'p:', stringNumbers: true };
const odd = new Cluster([{ host: 'h', port: 1 }], { lazyConnect: true, redisOptions: nodesOptions });
const scaled = new Cluster([{ host: 'h', port: 1 }], { lazyConnect: true, scaleReads: 'all' });
const follower = new Redis({ lazyConnect: true, sentinels: [{ host: 'h' }], name: 'n', role: 'slave' });
afterAll(() => {
  for (const client of [single, cluster, prefixed, stringly, odd, scaled, follower, piped])
    client.disconnect();
});

const NO_PREFIX =
  "connection.client: has a keyPrefix, without which it sends patterns, so cache.clear() would find nothing; use 'namespace' for that; give the library a client without it";
const NO_TEXTS =
  'connection.client: has stringNumbers, so the answers of scripts would be misread and every rate limit would refuse; give the library a client without it';
const NO_PIPELINES =
  'connection.client: has enableAutoPipelining, in which ioredis loses commands and whose errors nobody can catch; what one turn of the event loop sends goes out together anyway; give the library a client without it';
const NO_REPLICAS =
  "connection.client: reads from replicas, which may not know yet who holds a lock or what was removed; use 'readFromReplicas' for that; give the library a client without it";

const HAS_ENDED =
  'connection.client: has ended, so it never connects again; give the library one that was not quit or disconnected';

/** Returns what is wrong, as `path: message`. */
function problemsOf(connection: unknown): string[] {
  return connectionProblems(connection, 'connection').map(({ path, message }) => `${path}: ${message}`);
}

const ACCESS = { username: 'u', password: SECRET, tls: { ca: 'x' } };
const SETTINGS = {
  connectTimeout: '1s',
  commandTimeout: 500,
  bootTimeout: '3s',
  maxRetriesPerRequest: 1,
  reconnect: { attempts: 0, minDelay: '10ms', maxDelay: '2s' },
  lazyConnect: true,
};
const NODES = [{ host: 'a' }, { host: 'b', port: 7000 }];

const FORMS: [string, unknown][] = [
  ['a URL', 'redis://h'],
  ['{ url }', { url: 'rediss://h', tls: { ca: 'x' }, ...SETTINGS }],
  ['{ host }', { host: 'h', port: 1, db: 0, ...ACCESS, ...SETTINGS }],
  ['a socket', 'unix:///run/redis.sock'],
  ['{ path }', { path: '/run/redis.sock', username: 'u', password: SECRET, db: 1, ...SETTINGS }],
  [
    '{ sentinels }',
    {
      sentinels: NODES,
      name: 'm',
      db: 1,
      sentinelUsername: 'u',
      sentinelPassword: 'p',
      ...ACCESS,
      ...SETTINGS,
    },
  ],
  ['{ cluster }', { cluster: { nodes: NODES }, ...ACCESS, ...SETTINGS }],
  ['{ client } of one server', { client: single, commandTimeout: '1s', bootTimeout: 1 }],
  ['{ client } of a cluster', { client: cluster }],
  ['{ embedded }', { embedded: true, allowInProduction: true, ...SETTINGS }],
  [
    '{ rest }',
    {
      rest: { url: 'https://h', token: SECRET },
      commandTimeout: '1s',
      bootTimeout: 1,
      lazyConnect: true,
      retries: 0,
    },
  ],
  ...['http://localhost:8079/', 'http://127.0.0.1:8079', 'http://[::1]'].map((url): [string, unknown] => [
    `{ rest } of this machine, ${url}`,
    { rest: { url, token: SECRET } },
  ]),
];

describe('connectionProblems', () => {
  it.each(FORMS)('finds none in %s', (_, connection) => {
    expect(problemsOf(connection)).toEqual([]);
  });

  it.each([[null], [undefined], [5], [true], [() => 'redis://h']])(
    'refuses %p, naming the forms',
    (connection) => {
      expect(problemsOf(connection)).toEqual([
        'connection: must be a redis:// URL, { url }, { host }, { path }, { sentinels, name }, { cluster: { nodes } }, { client }, { embedded: true } or { rest: { url, token } }',
      ]);
    },
  );

  it.each([[{}], [[]], [{ port: 6379 }], [{ host: undefined }], [new Date()]])(
    'finds no server in %p',
    (connection) => {
      expect(problemsOf(connection)).toEqual([
        expect.stringMatching(/^connection: names no server; write a redis:\/\/ URL/),
      ]);
    },
  );

  it.each([
    [{ url: 'redis://h', host: 'h' }, 'url and host'],
    [{ host: 'h', sentinels: NODES, name: 'm' }, 'host and sentinels'],
    [{ client: single, embedded: true }, 'client and embedded'],
    [{ url: 'redis://h', cluster: { nodes: NODES }, embedded: true }, 'url and cluster and embedded'],
  ])('refuses several forms at once', (connection, forms) => {
    expect(problemsOf(connection)).toEqual([
      `connection: names its server twice, by ${forms}; keep one of them`,
    ]);
  });

  it.each<[string, unknown, string[]]>([
    [
      'a bad URL',
      'http://h',
      [
        'connection: has another scheme; write redis://user:password@host:6379/0, rediss:// for TLS, or unix:///path/to/redis.sock',
      ],
    ],
    [
      'a bad { url }',
      { url: 'h:6379' },
      [
        'connection.url: must be a URL such as redis://user:password@host:6379/0, rediss:// for TLS, or unix:///path/to/redis.sock',
      ],
    ],
    [
      'an unknown option',
      { host: 'h', keyPrefix: 'x' },
      [
        expect.stringMatching(
          /^connection\.keyPrefix: is no option here; the options are .*commandTimeout, .*host/,
        ) as never,
      ],
    ],
    [
      'an option of another form',
      { url: 'redis://h', password: SECRET },
      [expect.stringMatching(/^connection\.password: is no option here/) as never],
    ],
    [
      'bad settings',
      { host: 'h', commandTimeout: '-5s' },
      [expect.stringMatching(/^connection\.commandTimeout: must be .*; got '-5s'$/) as never],
    ],
    [
      'bad nested settings',
      { host: 'h', reconnect: { minDelay: 0 } },
      [expect.stringMatching(/^connection\.reconnect\.minDelay: must be .*; got 0$/) as never],
    ],
    [
      'a bad port',
      { host: 'h', port: 65_536 },
      ['connection.port: must be a whole number from 1 to 65535; got 65536'],
    ],
    ['a bad host', { host: 'a b' }, ['connection.host: must be a host name or address']],
    [
      'no nodes',
      { cluster: {} },
      ['connection.cluster.nodes: must be a list of at least one { host, port }'],
    ],
    [
      'an empty list of nodes',
      { cluster: { nodes: [] } },
      ['connection.cluster.nodes: must be a list of at least one { host, port }'],
    ],
    ['a bad cluster', { cluster: NODES }, ['connection.cluster: must be an object of options']],
    [
      'a sentinel without a host',
      { sentinels: [{ port: 1 }], name: 'm' },
      ['connection.sentinels: must be a list of at least one { host, port }'],
    ],
    [
      'a sentinel with a bad port',
      { sentinels: [{ host: 'h', port: 0 }], name: 'm' },
      ['connection.sentinels: must be a list of at least one { host, port }'],
    ],
    [
      'no group of sentinels',
      { sentinels: NODES },
      ['connection.name: is missing: write the name of the master group that the Sentinels watch'],
    ],
    [
      'something that is no client',
      { client: {} },
      ['connection.client: must be an ioredis Redis or Cluster; got a value of type object'],
    ],
    ['a client with a prefix', { client: prefixed }, [NO_PREFIX]],
    ['a client that answers texts', { client: stringly }, [NO_TEXTS]],
    ['a client that pipelines by itself', { client: piped }, [NO_PIPELINES]],
    ['a client that has ended', { client: ended }, [HAS_ENDED]],
    ['a cluster with both', { client: odd }, [NO_PREFIX, NO_TEXTS]],
    ['a cluster read from everywhere', { client: scaled }, [NO_REPLICAS]],
    ['a client of a replica', { client: follower }, [NO_REPLICAS]],
    ['a client that hides its options', { client: { options: null } }, [expect.any(String) as never]],
    [
      'embedded: false',
      { embedded: false },
      ['connection.embedded: must be true; leave the connection out instead'],
    ],
    [
      'a key that Node cannot read',
      { host: 'h', tls: { key: SECRET, cert: SECRET } },
      [
        'connection.tls: is refused by Node (ERR_OSSL_PEM_NO_START_LINE): see that its ca, cert, key, pfx and passphrase are what they should be',
      ],
    ],
    [
      'a rediss:// URL with TLS turned off',
      { url: 'rediss://h', tls: false },
      ["connection.tls: is false, but the URL says rediss://; write redis://, or leave 'tls' out"],
    ],
  ])('refuses %s', (_, connection, problems) => {
    expect(problemsOf(connection)).toEqual(problems);
  });

  it.each<[string, unknown]>([
    ['a URL of another scheme', `http://user:${SECRET}@h`],
    ['a URL whose scheme is missing', `${SECRET}:x@h`],
    ['a URL that is none', `redis://:${SECRET}/@h:x`],
    ['{ url }', { url: `redis//:${SECRET}@h` }],
    ['a URL for a host', { host: `redis://:${SECRET}@h` }],
    ['a URL without its scheme for a host', { host: `:${SECRET}@h` }],
    ['a URL for Sentinels', { sentinels: `redis://:${SECRET}@h`, name: 'm' }],
    ['URLs for Sentinels', { sentinels: [`redis://:${SECRET}@h`], name: 'm' }],
    ['URLs for nodes', { cluster: { nodes: [{ host: `redis://:${SECRET}@h` }] } }],
    ['a URL for a cluster', { cluster: `redis://:${SECRET}@h` }],
    ['a password that is no text', { host: 'h', password: [SECRET] }],
    ["a Sentinel's password that is no text", { sentinels: NODES, name: 'm', sentinelPassword: { SECRET } }],
    ['TLS options that are none', { host: 'h', tls: SECRET }],
    ['two forms', { url: `redis://:${SECRET}@h`, host: SECRET }],
    ['an option that is not known', { host: 'h', auth: SECRET }],
  ])('keeps what may be a secret out of the message: %s', (_, connection) => {
    const problems = problemsOf(connection);
    expect(problems).not.toEqual([]);
    expect(problems.join()).not.toContain(SECRET);
  });

  const REST_URL =
    'connection.rest.url: must be a URL such as https://name.upstash.io; http:// only for this machine';
  const REST_TOKEN = 'connection.rest.token: must be a token without blanks';

  it.each<[unknown, ...string[]]>([
    [{}, REST_URL, REST_TOKEN],
    [{ url: 'h', token: SECRET }, REST_URL],
    [{ url: 'http://h', token: SECRET }, REST_URL],
    [{ url: 'http://localhost.example', token: SECRET }, REST_URL],
    [{ url: `https://:${SECRET}@h`, token: SECRET }, REST_URL],
    [{ url: `https://h?_token=${SECRET}`, token: SECRET }, REST_URL],
    [{ url: 'rediss://h', token: SECRET }, REST_URL],
    [{ url: 'https://h', token: '' }, REST_TOKEN],
    [{ url: 'https://h', token: `${SECRET}\n` }, REST_TOKEN],
    ['https://h', 'connection.rest: must be an object of options'],
  ])('refuses a REST endpoint of %p, without quoting it', (rest, ...problems) => {
    expect(problemsOf({ rest })).toEqual(problems);
  });

  it('refuses what is not for REST', () => {
    const [problem, ...others] = problemsOf({ rest: { url: 'https://h', token: SECRET }, tls: true });
    expect(problem).toBe(
      'connection.tls: is no option here; the options are bootTimeout, commandTimeout, lazyConnect, rest, retries',
    );
    expect(others).toEqual([]);
  });
});
