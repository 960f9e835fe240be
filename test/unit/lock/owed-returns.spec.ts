import { beforeEach, describe, expect, it } from '@jest/globals';
import { SuiteEvents } from '../../../src/common/events.js';
import type { AvailabilityState } from '../../../src/connection/availability.js';
import { RedisReplyError, RedisUnavailableError } from '../../../src/connection/connection.errors.js';
import type { RedisGateway } from '../../../src/connection/redis-gateway.js';
import type { Returned } from '../../../src/lock/lock.scripts.js';
import { OwedReturns } from '../../../src/lock/owed-returns.js';
import { HandClock } from '../../support/hand-clock.js';

const TTL_MS = 30_000;
const timeout = new RedisUnavailableError('state', 'timeout');
const refusal = (replyCode: string) =>
  new RedisReplyError({ connection: 'state', command: 'release', replyCode, detail: '' });

function claimOf(token: string): Returned {
  const keys = { kind: 'lock', lease: 'l', fence: 'f', queue: 'q' } as const;
  return { keys, token, label: '', ttlMs: TTL_MS, firstMs: 0 };
}

describe('what could not be given back', () => {
  let clock: HandClock;
  let events: SuiteEvents;
  let owed: OwedReturns;
  let availability: { state: AvailabilityState };
  /** Are the tokens that were tried. */
  let tried: string[];
  /** Says what becomes of a try. */
  let outcome: () => Promise<void>;

  beforeEach(() => {
    clock = new HandClock();
    events = new SuiteEvents();
    availability = { state: 'ready' };
    tried = [];
    outcome = () => Promise.reject(timeout);
    owed = new OwedReturns({
      redis: { name: 'state', availability: availability as RedisGateway['availability'] },
      events,
      clock,
      giveBack: async (claim) => {
        tried.push(claim.token);
        await outcome().catch((error: unknown) => {
          owed.owe(claim, error);
          throw error;
        });
      },
    });
  });

  function become(state: AvailabilityState): void {
    const previous = availability.state;
    availability.state = state;
    events.emit('connection:availability', { connection: 'state', state, previous });
  }

  it('is tried again until it is back, less and less often', async () => {
    owed.owe(claimOf('a'), timeout);
    await clock.move(50);
    const early = tried.length;
    expect(early).toBeGreaterThan(0);
    await clock.move(15_000);
    expect(tried.length - early).toBeLessThan(150);
    outcome = () => Promise.resolve();
    await clock.move(1_000);
    const all = tried.length;
    await clock.move(TTL_MS);
    expect(tried.length).toBe(all);
    expect(clock.pending).toBe(0);
  });

  it('is forgotten when its lease has ended, however often it was tried', async () => {
    owed.owe(claimOf('a'), timeout);
    await clock.move(TTL_MS + 1_000);
    const all = tried.length;
    expect(clock.pending).toBe(0);
    become('slow');
    await clock.move(TTL_MS);
    expect(tried.length).toBe(all);
  });

  it('is tried no more once the server has refused it, and not at all when it has at first', async () => {
    owed.owe(claimOf('refused'), refusal('WRONGTYPE'));
    owed.owe(claimOf('a'), refusal('MISCONF'));
    outcome = () => Promise.reject(refusal('NOPERM'));
    await clock.move(TTL_MS);
    expect(tried).toEqual(['a']);
    expect(clock.pending).toBe(0);
  });

  it('is tried when the server is back, and not before, while it is known to be away', async () => {
    become('down');
    owed.owe(claimOf('a'), timeout);
    await clock.move(2 * TTL_MS);
    expect(tried).toEqual([]);
    outcome = () => Promise.resolve();
    become('ready');
    expect(tried).toEqual(['a']);
    await clock.move(TTL_MS);
    expect(tried).toEqual(['a']);
  });

  it('is not sent twice at a time', async () => {
    let fail = (_: Error): void => undefined;
    outcome = () => new Promise((_, reject) => (fail = reject));
    owed.owe(claimOf('a'), timeout);
    await clock.move(1_000);
    become('slow');
    owed.owe(claimOf('b'), timeout);
    await clock.move(1_000);
    expect(tried).toEqual(['a', 'b']);
    outcome = () => Promise.resolve();
    fail(timeout);
    await clock.move(0);
    await clock.move(1_000);
    expect(tried).toEqual(['a', 'b', 'b']);
  });

  it('is tried no more after the end', async () => {
    owed.owe(claimOf('a'), timeout);
    owed.close();
    await clock.move(TTL_MS);
    become('slow');
    expect(tried).toEqual([]);
  });

  it('is bounded', () => {
    become('down');
    for (let i = 0; i < 1_500; i++) owed.owe(claimOf(`${i}`), timeout);
    become('ready');
    expect(tried).toHaveLength(1_000);
  });
});
