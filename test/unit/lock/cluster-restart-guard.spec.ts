import { beforeEach, describe, expect, it } from '@jest/globals';
import { SuiteEvents } from '../../../src/common/events.js';
import { ClusterRestartGuard } from '../../../src/lock/cluster-restart-guard.js';
import { HandClock } from '../../support/hand-clock.js';

const TTL_MS = 30_000;
const connection = 'state';

describe('ClusterRestartGuard', () => {
  let clock: HandClock;
  let events: SuiteEvents;
  const open = (guardMs: number | null = null) =>
    new ClusterRestartGuard({ redis: { name: connection }, events, clock, guardMs, ttlMs: TTL_MS });

  beforeEach(() => {
    clock = new HandClock();
    events = new SuiteEvents();
  });

  it('takes a node for restarted that is younger than its own time in the cluster, up to the longest ttl', async () => {
    const guard = open();
    expect(guard.msFor(10)).toBe(0);
    await clock.move(10_000);
    expect(guard.msFor(10)).toBe(8_000);
    await clock.move(10 * TTL_MS);
    expect(guard.msFor(10)).toBe(TTL_MS);
    expect(guard.msFor(2 * TTL_MS)).toBe(2 * TTL_MS);
    expect(guard.msFor(10)).toBe(2 * TTL_MS);
  });

  it('heeds the option, also when that is off', async () => {
    const [some, none] = [open(5_000), open(0)];
    for (const guard of [some, none]) guard.msFor(10);
    await clock.move(TTL_MS);
    expect([some.msFor(10), none.msFor(10)]).toEqual([5_000, 0]);
  });

  it('does not count the time before there was a cluster to connect to', async () => {
    const guard = open();
    guard.msFor(10);
    await clock.move(TTL_MS);
    events.emit('connection:connected', { connection });
    expect(guard.msFor(10)).toBe(0);
    await clock.move(5_000);
    expect(guard.msFor(10)).toBe(3_000);
  });

  it('counts on through breaks of the connection', async () => {
    const guard = open();
    guard.msFor(10);
    await clock.move(10_000);
    events.emit('connection:closed', { connection: 'another' });
    events.emit('connection:closed', { connection });
    events.emit('connection:connected', { connection });
    expect(guard.msFor(10)).toBe(8_000);
    guard.close();
  });
});
