import { beforeEach, describe, expect, it } from '@jest/globals';
import { SuiteEvents } from '../../../src/common/events.js';
import type { RedisGateway } from '../../../src/connection/redis-gateway.js';
import type { ResourceClaim } from '../../../src/lock/lease.js';
import type { LockScripts } from '../../../src/lock/lock.scripts.js';
import { WaitRooms } from '../../../src/lock/wait-rooms.js';
import { HandClock } from '../../support/hand-clock.js';

/** Is the longest that a look comes after the moment for which it was meant. */
const SLACK_MS = 25;
const lease = 'lease';
const claim = { keys: { kind: 'lock', lease }, token: 'station.0', ttlMs: 30_000 } as ResourceClaim;

describe('WaitRooms', () => {
  let clock: HandClock;
  let rooms: WaitRooms;
  /** Counts how often the server was asked. */
  let looks: number;

  beforeEach(() => {
    clock = new HandClock();
    looks = 0;
    const acquire = () => {
      looks++;
      return Promise.resolve({ kind: 'queued-before', freeInMs: 60_000, serverMs: 0 });
    };
    rooms = new WaitRooms({
      redis: { capabilities: { push: true } } as RedisGateway,
      scripts: { acquire } as unknown as LockScripts,
      guard: { msFor: () => 0, close: () => undefined },
      keeper: { has: () => false },
      events: new SuiteEvents(),
      clock,
    });
    rooms.enter(claim);
  });

  it('look when the lease could have ended of which an answer told', async () => {
    rooms.learn(lease, 1_000);
    await clock.move(999);
    expect(looks).toBe(0);
    await clock.move(1 + SLACK_MS);
    expect(looks).toBe(1);
  });

  it('look later when a word says that somebody else has the lock now', async () => {
    rooms.learn(lease, 1_000);
    rooms.expect(lease, 5_000);
    await clock.move(4_999);
    expect(looks).toBe(0);
    await clock.move(1 + SLACK_MS);
    expect(looks).toBe(1);
  });

  // Seen to fail when the last to be noted counts: a frozen head then kept the others waiting for the old lease.
  it('heed a word that has overtaken the answer to the claim', async () => {
    rooms.expect(lease, 1_000);
    rooms.learn(lease, 29_000);
    await clock.move(1_000 + SLACK_MS);
    expect(looks).toBe(1);
  });
});
