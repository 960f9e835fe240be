import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Redis as UpstashRedis } from '@upstash/redis';
import { Redis } from 'ioredis';
import type { RedisCommand } from '../../../src/connection/lua-script.js';
import { readReply } from '../../../src/connection/rest/rest-text.js';
import { RestTransport, type RestReply } from '../../../src/connection/rest/rest-transport.js';
import { startRest, type RestServers } from '../../support/rest.js';
import { runProgram } from '../../support/run-program.js';

type Outcome = { readonly result: unknown } | { readonly error: string };

/** Are commands whose outcomes must not depend on who sends them; `k` becomes a key of the case's own. */
const CASES: Record<string, readonly RedisCommand[]> = {
  'texts and nulls': [
    ['SET', 'k', 'value'],
    ['GET', 'k'],
    ['GET', 'k:none'],
    ['MGET', 'k', 'k:none', 'k'],
    ['SET', 'k', 'other', 'NX'],
    ['SET', 'k', 'other', 'GET'],
  ],
  'numbers, and texts that look like them': [
    ['INCRBY', 'k', 41],
    ['INCR', 'k'],
    ['GET', 'k'],
    ['INCRBYFLOAT', 'k', '0.5'],
    ['PTTL', 'k'],
    ['PTTL', 'k:none'],
    ['EXISTS', 'k', 'k', 'k:none'],
    ['SET', 'k', '007'],
    ['GET', 'k'],
  ],
  'empty texts, and texts that look like what they are not': [
    ['SET', 'k', ''],
    ['GET', 'k'],
    ['SET', 'k', 'OK'],
    ['GET', 'k'],
    ['SET', 'k', 'null'],
    ['GET', 'k'],
    ['SET', 'k', 'dGV4dA=='],
    ['GET', 'k'],
    ['SET', 'k', '{"result":"[1]"}'],
    ['GET', 'k'],
  ],
  'every kind of character': [
    ['SET', 'k', 'Größe ‰ 漢字 \u{1f980} \u0000\r\n\t"\\ \u2028'],
    ['GET', 'k'],
    ['APPEND', 'k', '\u{1f9ff}'],
    ['STRLEN', 'k'],
  ],
  lists: [
    ['RPUSH', 'k', 'a', 'b', 'c'],
    ['LRANGE', 'k', 0, -1],
    ['LRANGE', 'k', 5, 6],
    ['LPOS', 'k', 'z'],
    ['LPOP', 'k', 2],
    ['LPOP', 'k:none', 2],
  ],
  'hashes and sorted sets': [
    ['HSET', 'k', 'f', 'v', 'g', '1'],
    ['HGETALL', 'k'],
    ['HMGET', 'k', 'f', 'none'],
    ['ZADD', 'k:z', '1.5', 'm', '2', 'n'],
    ['ZRANGE', 'k:z', 0, -1, 'WITHSCORES'],
    ['ZSCORE', 'k:z', 'm'],
  ],
  'streams, with lists in lists': [
    ['XADD', 'k', '1-1', 'field', 'value'],
    ['XRANGE', 'k', '-', '+'],
    ['XREAD', 'COUNT', 1, 'STREAMS', 'k', '0'],
    ['XREAD', 'STREAMS', 'k', '9-9'],
  ],
  scripts: [
    ['EVAL', "return { 1, false, 'text', { 'deep', 2 }, redis.status_reply('GOOD') }", 0],
    ['EVAL', 'return { KEYS[1], ARGV[1] }', 1, 'k', 'ä'],
    ['EVAL', "return redis.error_reply('MINE of my own')", 0],
    ['EVALSHA', '0'.repeat(40), 0],
  ],
  errors: [
    ['SET', 'k', 'text'],
    ['LPUSH', 'k', 'a'],
    ['INCR', 'k'],
    ['GET'],
    ['NONSENSE', 'k', 'secret'],
    ['SUBSCRIBE', 'k'],
    ['BLPOP', 'k', 0],
    ['XREAD', 'BLOCK', 0, 'STREAMS', 'k', '$'],
  ],
  'values of a megabyte': [
    ['SET', 'k', 'äx"'.repeat(300_000)],
    ['GET', 'k'],
    ['MGET', 'k', 'k'],
  ],
  'what the server says of itself': [
    ['PING'],
    ['PING', 'héllo'],
    ['TYPE', 'k'],
    ['OBJECT', 'ENCODING', 'k:none'],
  ],
};

describe('Our transport, beside the genuine client of Upstash', () => {
  let servers: RestServers;
  let ours: RestTransport;
  let theirs: UpstashRedis;

  beforeAll(async () => {
    servers = await startRest();
    const { url, token } = servers.shim;
    ours = new RestTransport({ url, token });
    theirs = new UpstashRedis({
      url,
      token,
      automaticDeserialization: false,
      enableTelemetry: false,
      retry: { retries: 0 },
    });
  });
  afterAll(() => servers?.stop());

  const signal = AbortSignal.timeout(60_000);
  /** Keys begin with the client's letter, which is as long for both. */
  const withKeys = (commands: readonly RedisCommand[], prefix: string) =>
    commands.map((command): RedisCommand => {
      const [name, ...args] = command;
      return [name, ...args.map((a) => (typeof a === 'string' && /^k(:|$)/.test(a) ? `${prefix}:${a}` : a))];
    });
  const outcomeOf = (reply: RestReply): Outcome =>
    'error' in reply ? reply : { result: readReply(reply.result, false) };
  /** Upstash's errors quote the command. */
  const theirError = (error: unknown): Outcome => ({
    error: (error as Error).message.replace(/, command was: [^]*$/, ''),
  });
  const hidden = (outcomes: readonly Outcome[], prefix: string) =>
    JSON.parse(JSON.stringify(outcomes).replaceAll(prefix, '<prefix>')) as unknown;

  async function sendOurs(commands: readonly RedisCommand[]): Promise<Outcome[]> {
    const outcomes: Outcome[] = [];
    for (const command of commands) outcomes.push(outcomeOf(await ours.one(command, signal)));
    return outcomes;
  }

  async function sendTheirs(commands: readonly RedisCommand[]): Promise<Outcome[]> {
    const outcomes: Outcome[] = [];
    for (const command of commands) {
      const sent = theirs.exec([...command] as [string, ...(string | number)[]]);
      outcomes.push(await sent.then((result): Outcome => ({ result }), theirError));
    }
    return outcomes;
  }

  it.each(Object.entries(CASES))('gives the same for %s', async (_, commands) => {
    const [our, their] = [randomUUID(), randomUUID()];
    const [ourOutcomes, theirOutcomes] = await Promise.all([
      sendOurs(withKeys(commands, our)),
      sendTheirs(withKeys(commands, their)),
    ]);
    expect(hidden(ourOutcomes, our)).toEqual(hidden(theirOutcomes, their));
  });

  it.each(['pipeline', 'multi-exec'] as const)('gives the same for several commands by %s', async (batch) => {
    const [our, their] = [randomUUID(), randomUUID()];
    const commands = withKeys(
      [
        ['SET', 'k', 'grün'],
        ['GET', 'k'],
        ['INCR', 'k'],
        ['MGET', 'k', 'k:none'],
        ['GET', 'k:none'],
      ],
      our,
    );
    const replies = await ours.many(batch, commands, signal);
    const theirBatch = batch === 'pipeline' ? theirs.pipeline() : theirs.multi();
    const key = `${their}:k`;
    const theirOutcomes = await theirBatch
      .set(key, 'grün')
      .get(key)
      .incr(key)
      .mget(key, `${key}:none`)
      .get(`${key}:none`)
      .exec({ keepErrors: true });
    expect((replies as RestReply[]).map(outcomeOf)).toEqual(
      theirOutcomes.map(({ result, error }) => (error === undefined ? { result } : { error })),
    );
  });

  it('executes nothing of a transaction that the server refuses', async () => {
    const key = randomUUID();
    const refused = await ours.many('multi-exec', [['SET', key, 'x'], ['GET']], signal);
    expect(refused).toEqual({ error: expect.stringMatching(/^EXECABORT /) });
    expect(await ours.one(['EXISTS', key], signal)).toEqual({ result: 0 });
  });

  it('reads bytes that are no text', async () => {
    const key = randomUUID();
    const bytes = Buffer.from([0, 255, 254, 0x4f, 0x4b, 128, 10]);
    const client = new Redis(servers.redis.url);
    await client.set(key, bytes);
    client.disconnect();
    const reply = await ours.one(['GET', key], signal);
    expect('result' in reply && readReply(reply.result, true)).toEqual(bytes);
    expect(outcomeOf(reply)).toEqual({ result: await theirs.get(key) });
  });

  it('meets the same refusal without the right token', async () => {
    const { url } = servers.shim;
    const stranger = new UpstashRedis({ url, token: 'wrong', retry: { retries: 0 } });
    await expect(stranger.get('k')).rejects.toThrow('Unauthorized');
    await expect(new RestTransport({ url, token: 'wrong' }).one(['GET', 'k'], signal)).rejects.toMatchObject({
      reason: 'unauthorized',
    });
  });

  it('meets the same server as commands in the path do', async () => {
    const { url, token } = servers.shim;
    const key = `a/b ${randomUUID()}`;
    const headers = { authorization: `Bearer ${token}` };
    const path = `${url}/set/${encodeURIComponent(key)}?EX=100`;
    const set = await fetch(path, { method: 'POST', body: Buffer.from([0xff, 0x00]), headers });
    expect([set.status, await set.json()]).toEqual([200, { result: 'OK' }]);
    const reply = await ours.one(['GET', key], signal);
    expect('result' in reply && readReply(reply.result, true)).toEqual(Buffer.from([0xff, 0x00]));
    const got = await fetch(`${url}/ttl/${encodeURIComponent(key)}?_token=${token}`);
    expect(await got.json()).toEqual({ result: 100 });
    expect((await fetch(url, { method: 'DELETE', headers })).status).toBe(405);
    for (const body of ['', '{}', '[]', '["GET"', '[[1]]'])
      expect((await fetch(url, { method: 'POST', headers, body })).status).toBe(400);
  });
});

describe('A shim in a program', () => {
  it('starts where nothing else keeps the program alive, and does not keep it alive either', async () => {
    const { code, stdout, stderr } = await runProgram(`
      import { startRedis } from './src/testing/start-redis.ts';
      import { startRestShim } from './src/testing/rest-shim.ts';
      const redis = await startRedis();
      const shim = await startRestShim({ target: redis.url });
      console.log(new URL(shim.url).protocol);
    `);
    expect({ code, stdout, stderr }).toEqual({ code: 0, stdout: 'http:\n', stderr: '' });
  });
});
