import { beforeEach, describe, expect, it } from '@jest/globals';
import { SuiteEvents } from '../../../src/common/events.js';
import { RedisReplyError, RedisUnavailableError } from '../../../src/connection/connection.errors.js';
import type { RedisReply } from '../../../src/connection/lua-script.js';
import type { RedisGateway } from '../../../src/connection/redis-gateway.js';
import { RestartGuard } from '../../../src/lock/restart-guard.js';
import { HandClock } from '../../support/hand-clock.js';

const GUARD_MS = 30_000;
const connection = 'state';
const unanswered = () => Promise.reject(new RedisUnavailableError(connection, 'timeout'));
const refused = () =>
  Promise.reject(new RedisReplyError({ connection, command: 'INFO', replyCode: 'NOPERM', detail: '' }));

interface Standing {
  readonly push?: boolean;
  /** Says whether the connection stands when the guard is made. */
  readonly isConnected?: boolean;
}

describe('RestartGuard', () => {
  let clock: HandClock;
  let events: SuiteEvents;
  let asked: number;
  /** Answers INFO. */
  let answer: () => Promise<RedisReply>;

  const run = (id: string) => () => Promise.resolve(`# Server\r\nrun_id:${id}\r\nuptime_in_seconds:3\r\n`);
  /** Lets promises settle. */
  const settle = () => clock.move(0);

  beforeEach(() => {
    clock = new HandClock();
    events = new SuiteEvents();
    asked = 0;
    answer = run('a');
  });

  async function guard({ push = true, isConnected = true }: Standing = {}) {
    const redis = {
      name: connection,
      capabilities: { push, blocking: true, replicas: false },
      endpoint: () => (isConnected ? {} : null),
      send: () => {
        asked++;
        return answer();
      },
    } as unknown as RedisGateway;
    const made = new RestartGuard({ redis, events, clock, guardMs: GUARD_MS, ttlMs: GUARD_MS });
    await settle();
    return made;
  }

  async function reconnect(): Promise<void> {
    events.emit('connection:closed', { connection });
    events.emit('connection:connected', { connection });
    await settle();
  }

  it('knows the server from the start where a connection stands, and makes none to ask', async () => {
    await guard({ isConnected: false });
    expect(asked).toBe(0);
    await guard();
    expect(asked).toBe(1);
  });

  it('grants at once after a break of the connection to a server that is the same', async () => {
    const it = await guard();
    expect(it.msFor(10)).toBe(0);
    events.emit('connection:closed', { connection });
    expect(it.msFor(10)).toBe(GUARD_MS);
    events.emit('connection:connected', { connection });
    expect(it.msFor(10)).toBe(GUARD_MS);
    await settle();
    expect(it.msFor(10)).toBe(0);
  });

  it('withholds what is unknown for as long as leases last from a server that is a new one', async () => {
    const it = await guard();
    answer = run('b');
    await reconnect();
    await clock.move(GUARD_MS);
    expect(it.msFor(10)).toBe(GUARD_MS);
    await clock.move(2_001);
    expect(it.msFor(10)).toBe(0);
    // It is no news any more.
    await reconnect();
    expect(it.msFor(10)).toBe(0);
  });

  it('does not forget a restart because the connection broke once more', async () => {
    const it = await guard();
    answer = run('b');
    await reconnect();
    await reconnect();
    expect(it.msFor(10)).toBe(GUARD_MS);
  });

  it('is careful, and asks again, while the server does not say which run it is', async () => {
    const it = await guard();
    answer = unanswered;
    await reconnect();
    expect(it.msFor(10)).toBe(GUARD_MS);
    await settle();
    answer = run('a');
    expect(it.msFor(10)).toBe(GUARD_MS);
    await settle();
    expect(it.msFor(10)).toBe(0);
  });

  it('takes a server for a new one that it had never known', async () => {
    answer = unanswered;
    const it = await guard();
    answer = run('a');
    await reconnect();
    expect(it.msFor(10)).toBe(GUARD_MS);
  });

  it('learns nothing of the server behind this connection from what was asked over the last', async () => {
    const it = await guard();
    let late: (reply: RedisReply) => void = () => undefined;
    answer = () => new Promise((resolve) => (late = resolve));
    await reconnect();
    const first = late;
    await reconnect();
    first(await run('a')());
    await settle();
    expect(it.msFor(10)).toBe(GUARD_MS);
    late(await run('b')());
    await settle();
    expect(it.msFor(10)).toBe(GUARD_MS);
  });

  it('asks a server that refuses to say it once for each connection', async () => {
    answer = refused;
    const it = await guard();
    for (let i = 0; i < 3; i++) {
      it.msFor(10);
      await settle();
    }
    expect(asked).toBe(1);
    await reconnect();
    expect(it.msFor(10)).toBe(GUARD_MS);
    expect(asked).toBe(2);
    await clock.move(GUARD_MS + 2_001);
    expect(it.msFor(10)).toBe(0);
  });

  it('asks nothing over REST', async () => {
    const it = await guard({ push: false });
    it.msFor(10);
    await reconnect();
    expect(it.msFor(10)).toBe(GUARD_MS);
    expect(asked).toBe(0);
  });
});
