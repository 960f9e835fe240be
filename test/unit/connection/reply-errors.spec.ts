import { describe, expect, it } from '@jest/globals';
import {
  RedisAuthError,
  RedisDatabaseError,
  RedisReplyError,
  RedisTlsRequiredError,
  RedisUnavailableError,
} from '../../../src/connection/connection.errors.js';
import {
  describeConnectError,
  fatalConnectError,
  isAway,
  translateError,
} from '../../../src/connection/reply-errors.js';

const ORIGIN = { connection: 'state', command: 'SET' };
const SECRET = 'hunter2';

/** Makes an error as ioredis does: it hangs the command with its arguments on it. */
function replyError(message: string): Error {
  const error = Object.assign(new Error(message), { command: { name: 'set', args: ['key', SECRET] } });
  error.name = 'ReplyError';
  return error;
}

function shown(error: Error): string {
  return JSON.stringify(error, Object.getOwnPropertyNames(error));
}

describe('translateError', () => {
  it.each([
    ['LOADING Redis is loading the dataset in memory', 'loading'],
    ['BUSY Redis is busy running a script. You can only call SCRIPT KILL.', 'busy'],
    ["READONLY You can't write against a read only replica.", 'read-only'],
    ["MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.", 'failing-over'],
    ['CLUSTERDOWN The cluster is down', 'failing-over'],
    ['TRYAGAIN Multiple keys request during rehashing of slot', 'failing-over'],
    ['ERR max daily request limit exceeded. Limit: 10000, Usage: 10000.', 'throttled'],
    ['ERR max requests limit exceeded. Limit: 500000, Usage: 500001.', 'throttled'],
  ])('takes %j for unavailable', (message, reason) => {
    const error = translateError(replyError(message), ORIGIN);
    expect(error).toBeInstanceOf(RedisUnavailableError);
    expect(error).toMatchObject({ code: 'E_REDIS_UNAVAILABLE', connection: 'state', reason });
    expect(error.message).toBe(
      `Redis connection 'state' is unavailable (${reason}); it is tried again in the background.`,
    );
  });

  it.each([
    ['Command timed out', 'timeout'],
    ['Connection is closed.', 'disconnected'],
    ["Stream isn't writeable and enableOfflineQueue options is false", 'disconnected'],
    ['connect ECONNREFUSED 127.0.0.1:6379', 'disconnected'],
  ])("takes the client's %j for unavailable", (message, reason) => {
    const error = translateError(Object.assign(new Error(message), { command: { args: [SECRET] } }), ORIGIN);
    expect(error).toMatchObject({ code: 'E_REDIS_UNAVAILABLE', reason });
    expect(shown(error)).not.toContain(SECRET);
    expect(error.cause).toBeUndefined();
  });

  it.each([['text'], [undefined], [null], [{ message: SECRET }]])(
    'takes %p for a lost connection',
    (thrown) => {
      expect(translateError(thrown, ORIGIN)).toMatchObject({ reason: 'disconnected' });
    },
  );

  it('passes on what the server says of a command', () => {
    const message = 'WRONGTYPE Operation against a key holding the wrong kind of value';
    const error = translateError(replyError(message), ORIGIN);
    expect(error).toBeInstanceOf(RedisReplyError);
    expect(error).toMatchObject({
      code: 'E_REDIS_REPLY',
      connection: 'state',
      command: 'SET',
      replyCode: 'WRONGTYPE',
    });
    expect(error.message).toBe(`Redis connection 'state' refused SET: ${message}`);
  });

  it.each([
    [`ERR unknown command 'FOO', with args beginning with: '${SECRET}' 'more' `, "ERR unknown command 'FOO'"],
    [`ERR unknown command \`FOO\`, with args beginning with: \`${SECRET}\`, `, 'ERR unknown command `FOO`'],
    [`ERR unknown command 'FOO' with args beginning with: '${SECRET}\n\r'`, "ERR unknown command 'FOO'"],
    ['NOSCRIPT', 'NOSCRIPT'],
    ['ERR', 'ERR'],
    ['', 'ERR'],
  ])('keeps arguments out of %j', (message, kept) => {
    const error = translateError(replyError(message), ORIGIN);
    expect(error.message).toBe(`Redis connection 'state' refused SET: ${kept}`);
    expect(shown(error)).not.toContain(SECRET);
  });

  it('asks for the credentials when a server has forgotten us', () => {
    const error = translateError(replyError('NOAUTH Authentication required.'), ORIGIN);
    expect(error).toBeInstanceOf(RedisAuthError);
    expect(error).toMatchObject({ connection: 'state', replyCode: 'NOAUTH' });
  });

  it("leaves this library's own errors as they are", () => {
    const own = new RedisUnavailableError('cache', 'closed');
    expect(translateError(own, ORIGIN)).toBe(own);
  });
});

describe('isAway', () => {
  it.each<[string, unknown]>(
    [
      replyError('LOADING Redis is loading the dataset in memory'),
      replyError('BUSY Redis is busy running a script.'),
      replyError('MASTERDOWN Link with MASTER is down'),
      replyError('NOAUTH Authentication required.'),
      replyError('ERR max daily request limit exceeded. Limit: 10000, Usage: 10000.'),
      new Error('Command timed out'),
      new RedisUnavailableError('state', 'timeout'),
      'nonsense',
    ].map((error) => [String(error), error]),
  )('says so of %s', (_, error) => {
    expect(isAway(error)).toBe(true);
  });

  it.each<[string, unknown]>(
    [
      replyError("READONLY You can't write against a read only replica."),
      replyError('MISCONF Errors writing to disk'),
      replyError('OOM command not allowed'),
      replyError("NOPERM User app has no permissions to run the 'get' command"),
      replyError('CLUSTERDOWN Hash slot not served'),
      replyError('ERR max request size exceeded'),
      new RedisUnavailableError('state', 'read-only'),
      new RedisTlsRequiredError('state'),
    ].map((error) => [String(error), error]),
  )('does not say so of %s', (_, error) => {
    expect(isAway(error)).toBe(false);
  });
});

describe('fatalConnectError', () => {
  it.each([
    'WRONGPASS invalid username-password pair or user is disabled.',
    'NOAUTH Authentication required.',
    "NOPERM this user has no permissions to run the 'info' command",
  ])('says of %j which variables to check', (message) => {
    const error = fatalConnectError(replyError(message), 'state');
    expect(error).toBeInstanceOf(RedisAuthError);
    expect(error).toMatchObject({
      code: 'E_REDIS_AUTH',
      connection: 'state',
      replyCode: message.split(' ')[0],
    });
    expect(error?.message).toMatch(/REDIS_USERNAME, REDIS_PASSWORD/);
    expect(error?.message).not.toContain(SECRET);
  });

  it.each([
    'ERR DB index is out of range',
    'ERR invalid DB index',
    'ERR SELECT is not allowed in cluster mode',
  ])('takes %j for a database that is not there', (message) => {
    const error = fatalConnectError(replyError(message), 'state');
    expect(error).toBeInstanceOf(RedisDatabaseError);
    expect(error).toMatchObject({ code: 'E_REDIS_DATABASE', connection: 'state' });
  });

  it('finds the refusal of a cluster inside, and that of a Sentinel in the text', () => {
    const ofCluster = Object.assign(new Error('Failed to refresh slots cache.'), {
      lastNodeError: replyError('WRONGPASS invalid username-password pair or user is disabled.'),
    });
    expect(fatalConnectError(ofCluster, 'state')).toMatchObject({
      code: 'E_REDIS_AUTH',
      replyCode: 'WRONGPASS',
    });
    const ofSentinel = new Error(
      'All sentinels are unreachable. Retrying from scratch after 9ms. Last error: NOAUTH Authentication required.',
    );
    const refusal = fatalConnectError(ofSentinel, 'state');
    expect(refusal).toMatchObject({ code: 'E_REDIS_AUTH', replyCode: 'NOAUTH' });
    expect(refusal?.message).toContain("check 'sentinelUsername' and 'sentinelPassword'");
  });

  it('knows the first byte of a TLS alert', () => {
    const error = fatalConnectError(
      new Error('Protocol error, got "\\u0015" as reply type byte. Please report this.'),
      'cache',
    );
    expect(error).toBeInstanceOf(RedisTlsRequiredError);
    expect(error?.message).toBe(
      "Redis connection 'cache' met a server that speaks only TLS: write rediss:// in place of redis://, or set tls.",
    );
  });

  it.each([
    [replyError('LOADING Redis is loading the dataset in memory')],
    [new Error('WRONGPASS said by no server')],
    [new Error('connect ECONNREFUSED 127.0.0.1:6379')],
    [
      Object.assign(new Error('Failed to refresh slots cache.'), {
        lastNodeError: new Error('Connection is closed.'),
      }),
    ],
    [
      new Error(
        'All sentinels are unreachable. Retrying from scratch after 9ms. Last error: connect ECONNREFUSED',
      ),
    ],
    ['WRONGPASS'],
    [undefined],
  ])('leaves %p to the next try', (error) => {
    expect(fatalConnectError(error, 'state')).toBeNull();
  });
});

describe('describeConnectError', () => {
  it.each([
    [replyError('LOADING Redis is loading the dataset in memory'), 'LOADING'],
    [
      Object.assign(new Error('connect ECONNREFUSED 127.0.0.1:6379'), { code: 'ECONNREFUSED' }),
      'ECONNREFUSED',
    ],
    [
      Object.assign(new Error('Failed to refresh slots cache.'), {
        lastNodeError: replyError('CLUSTERDOWN x'),
      }),
      'CLUSTERDOWN',
    ],
    [
      new Error(
        'All sentinels are unreachable. Retrying from scratch after 9ms. Last error: connect ECONNREFUSED',
      ),
      'no Sentinel names a master that can be reached',
    ],
    [replyError('ERR max number of clients reached'), 'too many clients'],
    [new Error('Command timed out'), 'no answer to the greeting'],
    [new Error('Connection is closed.'), 'the connection was ended'],
    [
      new Error('Protocol error, got "H" as reply type byte. Please report this.'),
      'what answers does not speak the protocol of Redis',
    ],
    [new RangeError('too deep'), 'RangeError'],
  ])('says of %p: %s', (error, text) => {
    expect(describeConnectError(error)).toBe(text);
  });
});
