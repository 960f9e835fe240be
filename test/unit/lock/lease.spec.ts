import { describe, expect, it } from '@jest/globals';
import type { Clock } from '../../../src/common/clock.js';
import { Lease, safeEnd, type ResourceClaim } from '../../../src/lock/lease.js';
import { Waiter } from '../../../src/lock/waiter.js';

const KEYS = { kind: 'lock', lease: 'l', fence: 'f', queue: 'q' } as const;
const claim: ResourceClaim = {
  resource: 'thing',
  keys: KEYS,
  token: 'station.0',
  label: 'host owner',
  ttlMs: 30_000,
  firstMs: 1_000,
  renew: true,
  atLeastMs: 0,
  atMostMs: Infinity,
  blockedMs: 0,
};

class HandClock implements Clock {
  at = 5_000;
  now = () => 1_800_000_000_000 + this.at;
  monotonic = () => this.at;
  after = () => () => undefined;
}

describe('a lease', () => {
  it('ends, here, before it ends at the server: by a tenth of a short one, by a hundredth and more of a long one', () => {
    expect(safeEnd({ fromMs: 0, leaseMs: 50 })).toBe(45);
    expect(safeEnd({ fromMs: 0, leaseMs: 2_000 })).toBe(1_970);
    expect(safeEnd({ fromMs: 0, leaseMs: 30_000 })).toBe(29_690);
  });

  it('counts from before the command was sent, not from the answer', () => {
    const clock = new HandClock();
    const lease = new Lease(claim, { fence: 7n, leaseMs: 30_000, fromMs: 4_000 }, clock);
    expect(lease.endsAtMs).toBe(4_000 + 29_690);
    expect(lease.expiresAt).toBe(clock.now() + 28_690);
    expect(lease.renewAtMs).toBe(14_000);
    lease.prolong(14_000);
    expect(lease.endsAtMs).toBe(14_000 + 29_690);
    expect(lease.renewAtMs).toBe(24_000);
  });

  it('spares a short first lease its renewal until half of it is over', () => {
    const lease = new Lease(claim, { fence: 7n, leaseMs: 1_000, fromMs: 4_000 }, new HandClock());
    expect(lease.renewAtMs).toBe(4_500);
  });

  it('is never due when it is not to be prolonged', () => {
    const unrenewed = { ...claim, renew: false };
    const lease = new Lease(unrenewed, { fence: 7n, leaseMs: 30_000, fromMs: 4_000 }, new HandClock());
    lease.prolong(5_000);
    expect(lease.renewAtMs).toBe(Infinity);
  });

  it('aborts its signal when it is lost, whether it was asked for before or after, but not when released', () => {
    const grant = { fence: 7n, leaseMs: 30_000, fromMs: 4_000 };
    const [early, late, released] = [0, 1, 2].map(() => new Lease(claim, grant, new HandClock()));
    const { signal } = early!;
    early!.lose('expired');
    early!.lose('revoked');
    late!.lose('gone');
    released!.lose('released');
    expect(signal.reason).toMatchObject({ reason: 'expired', resource: 'thing' });
    expect(late!.signal.reason).toMatchObject({ reason: 'gone' });
    expect(released!.signal.aborted).toBe(false);
  });
});

describe('a waiter', () => {
  const turn = { fence: 9n, serverMs: 1_700, leaseMs: 1_000 };

  it('knows when its lease began without comparing clocks', async () => {
    const waiter = new Waiter(claim);
    waiter.queued({ sentAtMs: 100, serverMs: 1_500 });
    waiter.called(turn);
    expect(await waiter.turn).toEqual({ fence: 9n, leaseMs: 1_000, fromMs: 100 + 200 - 1 });
  });

  it('keeps a turn that arrives before the answer that it is queued', async () => {
    const waiter = new Waiter(claim);
    waiter.called(turn);
    waiter.queued({ sentAtMs: 100, serverMs: 1_500 });
    expect(await waiter.turn).toMatchObject({ fromMs: 299 });
  });

  it('counts from the latest answer', async () => {
    const waiter = new Waiter(claim);
    waiter.queued({ sentAtMs: 100, serverMs: 1_500 });
    waiter.queued({ sentAtMs: 250, serverMs: 1_660 });
    waiter.called(turn);
    expect(await waiter.turn).toMatchObject({ fromMs: 250 + 40 - 1 });
  });

  it('fails with the reason it was given', async () => {
    const waiter = new Waiter(claim);
    waiter.fail('no longer wanted');
    await expect(waiter.turn).rejects.toBe('no longer wanted');
  });
});
